"""Parts of the model, computed step by step for teaching: plain rather than fast."""
