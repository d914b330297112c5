"""A training in a folder, and the background tasks on it."""
