"""The command `imv-dashboard`: serve the dashboard, as its own `.streamlit/config.toml` says.

Arguments are passed on: `imv-dashboard --server.port 8502`.
"""

import sys

from streamlit.web.cli import main as streamlit

from dashboard.paths import HERE


def main() -> None:
    """Serve until it is interrupted."""
    # beside the app, the settings hold in whatever folder the command is given
    streamlit(["run", str(HERE / "app.py"), *sys.argv[1:]], prog_name="imv-dashboard")


if __name__ == "__main__":
    main()
