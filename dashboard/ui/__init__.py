"""Parts of pages: figures with their titles, verdicts, choices, error messages."""
