"""Series with a known truth, and whether a model trained on them finds it."""
