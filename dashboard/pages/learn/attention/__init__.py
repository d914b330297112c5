"""Chapter 3: scores become weights."""
