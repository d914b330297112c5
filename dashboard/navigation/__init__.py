"""The list of pages and the sidebar: what is drawn around every page."""
