"""The page Learn: one folder per chapter."""
