"""The list of pages, the menu and the sidebar."""
