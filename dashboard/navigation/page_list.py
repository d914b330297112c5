"""The pages of the dashboard. To add one, write a folder with a `page.py`, and list it here."""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.pages.data import page as data
from dashboard.pages.explain import page as explain
from dashboard.pages.explore import page as explore
from dashboard.pages.forecast import page as forecast
from dashboard.pages.learn import page as learn
from dashboard.pages.overview import page as overview
from dashboard.pages.train import page as train
from dashboard.pages.trust import page as trust


class ListedPage(NamedTuple):
    """A page as the menu shows it.

    Args:
        title: one word; in lower case it is the page's address.
        icon: name of a Material symbol.
        draw: draws the page.
        has_own_data: it shows none of the open data, so the sidebar offers no model.
    """

    title: str
    icon: str
    draw: Callable[[], None]
    has_own_data: bool = False

    @property
    def name(self) -> str:
        """Address of the page, and its name in `session.link`."""
        return self.title.lower()


PAGES = [
    ListedPage("Overview", "insights", overview.page),  # the first also opens at the root
    ListedPage("Data", "table_chart", data.page),
    ListedPage("Train", "model_training", train.page),
    ListedPage("Forecast", "timeline", forecast.page),
    ListedPage("Explain", "grid_on", explain.page),
    ListedPage("Explore", "center_focus_strong", explore.page),
    ListedPage("Trust", "verified", trust.page),
    ListedPage("Learn", "school", learn.page, has_own_data=True),
]
