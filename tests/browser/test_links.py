"""Every link that the pages show, or that a person would type, leads to its page."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.navigation.page_list import PAGES as LISTED
from tests.browser.conftest import go, opened, settle

PAGES = [page.name for page in LISTED]
RUN = "beijing_pm25_run"
TITLES = {
    "overview": "What drives",
    "explore": "Explore one forecast",
    **{name: name.capitalize() for name in PAGES if name not in ("overview", "explore")},
}
TYPED = [
    "",
    "/",
    f"/?run={RUN}",
    f"/overview?run={RUN}",
    "/overview/",
    "/Overview",
    "/OVERVIEW//",
    *(f"/{name}" for name in PAGES),
    *(f"/{name}/" for name in PAGES),
    *(f"/{name.capitalize()}?run={RUN}" for name in PAGES),
    f"/explore/?run={RUN}&at=2014-06-01T05:00",
    "/Learn/?chapter=5&objective=mse",
    "/learn?chapter=3&tanh=true&raise=2",
]


def _is_page(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1).first).to_contain_text(TITLES[name])
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def _named(address: str) -> str:
    """The page that an address names."""
    return urlsplit(address).path.strip("/").lower() or "overview"


def _shown(page: Page) -> set[str]:
    """Addresses of all links of the server's own on a page."""
    links = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    own = urlsplit(page.url).netloc
    return {link for link in links if urlsplit(link).netloc == own and urlsplit(link).path != ""}


def test_an_address_that_a_person_types_leads_to_its_page_and_keeps_its_query(context, address):
    page = context.new_page()
    for typed in TYPED:
        answer = page.request.get(address + typed)  # before the pages add to it
        asked, led = urlsplit(address + typed), urlsplit(answer.url)
        name = _named(address + typed)
        assert answer.status == 200
        assert (led.path, led.query) == (f"/{name}" if name != "overview" else "/", asked.query)
    page.close()


@pytest.mark.parametrize("page", [f"/overview?run={RUN}"], indirect=True)
def test_typed_addresses_and_all_links_that_pages_show_lead_to_pages(page, address):
    _is_page(page, "overview")
    shown = _shown(page)
    for name in PAGES[1:]:
        page.goto(f"{address}/{name.capitalize()}/?run={RUN}")
        opened(page)
        _is_page(page, name)
        assert f"run={RUN}" in page.url
        shown |= _shown(page)
    assert {_named(link) for link in shown} == set(PAGES)
    assert all(page.request.get(link).url == link for link in shown)  # they need no way around


@pytest.mark.parametrize("page", ["/Explore/?at=2014-06-01T05:00"], indirect=True)
def test_a_typed_link_shows_its_forecast(page):
    assert "at=2014-06-01T05" in page.url
    _is_page(page, "explore")


@pytest.mark.parametrize("page", ["/LEARN?chapter=5&objective=mse"], indirect=True)
def test_a_typed_link_shows_its_chapter(page):
    expect(page.get_by_role("heading", level=2).first).to_have_text("5. Learning by blaming")
    chosen = page.locator(".st-key-learn-objective [aria-checked=true]")
    expect(chosen).to_have_text("squared error (mse)")


def test_a_lesson_changes_nothing_of_what_is_trained(page):
    go(page, "Train")
    before = page.locator(".st-key-train-preset label[data-selected=true]").inner_text()
    go(page, "Learn")
    page.get_by_role("radiogroup", name="Chapter").get_by_text("5. Learning by blaming").click()
    settle(page)
    go(page, "Train")
    assert page.locator(".st-key-train-preset label[data-selected=true]").inner_text() == before
    assert before == "Balanced"
