"""Chapter 5: learning by responsibility."""
