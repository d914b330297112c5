"""Fit, keep and score a model; its intervals, and simple forecasts to compare with."""
