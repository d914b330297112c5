"""The report: one HTML file about a model and its data, without server, network or session."""

from dashboard.report.html import html, refusal, write

__all__ = ["html", "refusal", "write"]
