"""The IMV-LSTM: from a batch of windows to the distribution of their forecasts."""
