"""The page Learn, a chapter a file, with what it says in `text/` and gives in `snippets/`."""
