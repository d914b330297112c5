"""Figures: objects of `imv_core` in, plotly figures out; no screen and no model is known here."""
