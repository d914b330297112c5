"""Speed, memory, accuracy and truth of explanations, each beside others; see README.md here."""
