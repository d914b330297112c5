"""Draw figures: arrays and data frames in, Plotly figures out. No page, no network."""
