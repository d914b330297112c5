"""One file that says everything about a model and its data: no server, no network, no session."""

from dashboard.report.page import html, write

__all__ = ["html", "write"]
