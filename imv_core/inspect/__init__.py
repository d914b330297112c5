"""The model laid open for teaching: one part per file, slow and plain."""
