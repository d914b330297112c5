"""Chapter 1: a window is read step by step."""
