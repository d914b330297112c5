"""Explanations: of all forecasts of a part together, and of a single forecast."""
