"""The model on one board, above every chapter."""

import re

import pytest

from dashboard.figures.theme import DARK, LIGHT
from dashboard.pages.learn.chapter import VARIABLES
from dashboard.pages.learn.page import CHAPTERS
from dashboard.pages.learn.panels import ENDS, HIGHLIGHTED, LANE, plan


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_lane_leads_to_the_forecast_and_the_parts_of_the_chapter_are_filled(chapter, colours):
    drawn = plan(chapter, VARIABLES, colours)
    for n in range(len(VARIABLES)):
        lane = " -> ".join(["window", *(f"{part}{n}" for part in LANE), "variables"])
        assert lane in drawn
    assert "variables -> forecast" in drawn
    filled = set(re.findall(r'(\w+?)\d? \[label="[^"]*" style="filled', drawn))
    assert filled == HIGHLIGHTED[chapter]
    assert filled <= {*LANE, *ENDS}


def test_every_part_is_told_of_in_some_chapter():
    assert set().union(*HIGHLIGHTED.values()) == {*LANE, *ENDS}
