"""Explanations: of many forecasts together, and of a single one."""
