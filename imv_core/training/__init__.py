"""Declare settings, prepare a table, train a model."""
