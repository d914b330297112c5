"""Is an explanation true of its model? Checks on held-out windows, one kind a file."""
