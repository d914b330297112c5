"""Scale a table, split it in time, and cut it into windows."""
