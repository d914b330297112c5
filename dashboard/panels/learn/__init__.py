"""What is seen in the figures of the page Learn."""
