"""The IMV-LSTM: everything between a batch of windows and its forecast distribution."""
