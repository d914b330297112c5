"""The figures of the page Learn, drawn to be read from the back of a room."""
