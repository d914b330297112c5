"""A page is a folder with a `page.py`, and a line in one list."""

import pytest
import streamlit as st

from dashboard.middleware import redirect
from dashboard.navigation.page_list import PAGES, ListedPage
from tests.conftest import ROOT


def _draw():
    st.title("A dummy page")


@pytest.fixture(params=[False, True], ids=["of the open data", "of its own data"])
def dummy(request):
    """A page that nothing but the list of pages knows."""
    page = ListedPage("Dummy", "star", _draw, has_own_data=request.param)
    PAGES.append(page)
    yield page
    PAGES.remove(page)


def test_a_new_page_needs_one_line_in_the_list(visit, adopted, dummy):
    at = visit("dummy", run="adopted")
    assert [title.value for title in at.title] == ["A dummy page"]
    has_model = [box.label for box in at.sidebar.selectbox] == ["**Model**"]
    assert has_model != dummy.has_own_data
    assert [e.value for e in (*at.exception, *at.error)] == []


def test_its_address_is_corrected_like_those_of_all_pages(dummy):
    assert redirect("/Dummy", "") == "./dummy"
    assert redirect("/dummy", "") is None


def test_every_folder_with_a_page_is_listed():
    folders = {path.parent.name for path in (ROOT / "dashboard" / "pages").glob("*/page.py")}
    assert sorted(folders) == sorted(page.name for page in PAGES)
