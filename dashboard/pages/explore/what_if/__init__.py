"""The forecast of a changed window."""
