"""Tables with a known truth, and the search of models for it."""
