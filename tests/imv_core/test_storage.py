"""What is read from JSON that anybody may have written is of its type, or refused."""

import json
import math
import time
from dataclasses import asdict, dataclass
from enum import StrEnum

import pytest

from imv_core.errors import SettingsError
from imv_core.storage import from_json
from imv_core.training.history import EpochRecord, read_history
from imv_core.training.settings import Settings


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    size: float
    name: str = ""


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    counts: dict[str, int]
    colour: Colour = Colour.RED
    age: float | None = None
    is_tall: bool = False


SOUND = {
    "leaves": [{"size": 1.5, "name": "a"}, {"size": 2}],
    "counts": {"x": 3},
    "colour": "red",
    "age": None,
    "is_tall": True,
}


def test_what_a_dataclass_became_becomes_the_dataclass_again():
    tree = from_json(Tree, SOUND)
    assert tree == Tree((Leaf(1.5, "a"), Leaf(2.0)), {"x": 3}, Colour.RED, None, True)
    assert from_json(Tree, json.loads(json.dumps(asdict(tree)))) == tree
    assert isinstance(tree.leaves[1].size, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("age", age) for age in (math.nan, math.inf, -math.inf, 10**400, True, "1", [1.0], {})),
        *(("colour", colour) for colour in ("blue", "", 1, None, ["red"])),
        *(("leaves", leaves) for leaves in ({}, None, "ab", [1], [{"size": "1"}], [{"siz": 1}])),
        *(("leaves", [{"size": 1, "name": name}]) for name in ("\ud800", 1, None)),
        *(("counts", counts) for counts in ([], {"x": 1.0}, {"\udfff": 1}, {1: 1}, None)),
        *(("is_tall", tall) for tall in (1, "yes", None)),
        ("surprise", 1),
    ],
)
def test_a_value_of_another_type_or_no_number_is_refused(name, value):
    with pytest.raises((TypeError, ValueError)):
        from_json(Tree, {**SOUND, name: value})


def test_ten_thousand_epochs_are_read_in_a_moment():
    record = EpochRecord(1, 10_000, 0.5, 0.4, 0.3, (0.25,) * 4, ((0.25,) * 4,) * 2, False, 0.1)
    records = [{**record.to_json(), "epoch": epoch} for epoch in range(1, 10_001)]
    start = time.process_time()
    assert len(read_history(records, seeds=2, variables=4)) == 10_000
    assert time.process_time() - start < 5  # it takes a fifth of a second, and once took ten


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("train_share", share) for share in (math.nan, math.inf, 0.0, -0.1, 1.0, 0.9)),
        *(("validation_share", share) for share in (math.nan, math.inf, 0.0, 0.3, -math.inf)),
        *((size, n) for size in ("lookback", "horizon", "hidden_size") for n in (0, -1, 10**6)),
        ("variables", ("y", "x", "y")),
        ("variables", ()),
        ("learning_rate", math.nan),
        ("seeds", 10**9),
    ],
)
def test_settings_out_of_their_range_are_refused_in_a_sentence(setting, value):
    with pytest.raises(SettingsError, match=r"\w+ .*\.$"):
        Settings("y", **{setting: value})
