"""Write `planted_lags.csv`. From the project's root: `python -m sample_data.make_planted_lags`."""

from pathlib import Path

from imv_core.synthetic.worlds import additive_lags

PLANTED_LAGS = Path(__file__).with_name("planted_lags.csv")


def write(path: Path) -> None:
    """Write the additive world with its default rows and seed, four decimals, first column time."""
    additive_lags().frame.to_csv(path, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    write(PLANTED_LAGS)
    print(f"Wrote {PLANTED_LAGS}")
