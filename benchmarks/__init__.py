"""Speed, memory and accuracy beside others, side by side in one run."""
