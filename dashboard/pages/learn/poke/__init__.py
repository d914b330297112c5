"""Chapter 2: change one number."""
