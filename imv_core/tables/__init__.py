"""Read a file, an upload or a DataFrame as a table with one row per step, with findings."""
