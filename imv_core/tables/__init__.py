"""Read a file, an upload or a DataFrame as an evenly spaced table; report what was found."""
