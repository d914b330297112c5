"""A training in a folder, and the background tasks that work on it."""
