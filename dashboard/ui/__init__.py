"""What pages are made of: figures with their titles, verdicts, choices, error messages."""
