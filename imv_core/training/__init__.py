"""Settings, and the training of a model."""
