"""The model laid open, a part a file: for those who teach it, learn it, or want to see inside."""
