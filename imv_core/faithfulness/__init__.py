"""Check whether an explanation is true of its model, on held-out windows."""
