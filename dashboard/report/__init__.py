"""One file that says everything about a model and its data: no server, no network, no session."""

from dashboard.report.html import html, refusal, write

__all__ = ["html", "refusal", "write"]
