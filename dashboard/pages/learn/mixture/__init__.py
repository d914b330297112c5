"""Chapter 4: a mixture of densities."""
