"""Split a table in time, scale it, and cut it into windows."""
