"""The page Trust; its panels register the figures of checks."""

from dashboard.pages.trust import panels, steadiness_panels

__all__ = ["panels", "steadiness_panels"]
