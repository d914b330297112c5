"""Groups of widgets, each of which returns what was chosen."""
