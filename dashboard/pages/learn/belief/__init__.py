"""Chapter 6: attention and attribution against the truth."""
