"""A page each: what is chosen, what the core says of it, how it looks."""
