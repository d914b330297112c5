"""What a trained model is kept as, its intervals, its scores beside simple forecasts."""
