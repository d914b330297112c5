"""Maps of variables and lags: by importance, or by attribution."""
