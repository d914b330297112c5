"""One file that says everything about a model and its data: no server, no network, no session."""

from dashboard.report.page import html, refusal, write

__all__ = ["html", "refusal", "write"]
