"""The pages, one folder each: `page.py`, `controls.py`, `panels.py`, and texts in `help/`."""
