"""Speed and memory, measured side by side with others in one run; see README.md here."""
