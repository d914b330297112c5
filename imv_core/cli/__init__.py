"""The shell commands: `python -m imv_core`."""
