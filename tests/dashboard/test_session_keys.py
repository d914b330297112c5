"""Every name in the session is made by its owner, in one place."""

import ast
from itertools import permutations

import pytest
from streamlit.delta_generator import DeltaGenerator

from dashboard.session_keys import Keys, SessionKey
from tests.conftest import ROOT

DASHBOARD = ROOT / "dashboard"
# the key of a container is a class for the style sheet, and keeps no value
COMMANDS = {name for name in dir(DeltaGenerator) if not name.startswith("_")} - {"container"}
STATE = {"put", "get", "clicked_point"}
STATE_OF_SEVERAL = {"set_default_values", "set_values"}


def _is_made(node):
    """A call such as Keys.TRAIN("seeds")."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "Keys"
    )


def _known(tree):
    """Names in a file that stand for keys: arguments and results of type Key, and what is made."""
    known = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and getattr(node.annotation, "id", "") == "Key":
            known.add(node.arg)
        elif isinstance(node, ast.FunctionDef) and getattr(node.returns, "id", "") == "Key":
            known.add(node.name)
        elif isinstance(node, ast.Assign) and any(map(_is_made, ast.walk(node.value))):
            targets = [n for target in node.targets for n in ast.walk(target)]
            known |= {n.id for n in targets if isinstance(n, ast.Name)}
    return known


def _used(call):
    """What a call takes as names in the session."""
    name, base = call.func.attr, getattr(call.func.value, "id", "")
    words = {word.arg: word.value for word in call.keywords}
    if base == "session" and name in STATE:
        return call.args[:1]
    if base == "session" and name in STATE_OF_SEVERAL:
        (values,) = call.args
        dicts = [n for n in ast.walk(values) if isinstance(n, ast.Dict | ast.DictComp)]
        return [k for d in dicts for k in (d.keys if isinstance(d, ast.Dict) else [d.key])]
    if name not in COMMANDS:
        return []
    used = [words["key"]] if "key" in words else []
    callback = words.get("on_click", words.get("on_change"))
    if isinstance(callback, ast.Attribute) and callback.attr in STATE:
        used.append(words["args"].elts[0])
    return used


def _raw(tree):
    """Lines on which a name in the session is not made by its owner."""
    known = _known(tree)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    used = [n for c in calls if isinstance(c.func, ast.Attribute) for n in _used(c)]
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in used
        if not _is_made(node) and getattr(getattr(node, "func", node), "id", "") not in known
    ]


def test_no_name_in_the_session_is_a_raw_string():
    found = {
        path.name: _raw(ast.parse(path.read_text(encoding="utf-8")))
        for path in DASHBOARD.rglob("*.py")
        if path.name != "session.py"
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        'st.slider("Lag", 1, 8, key="lag")',
        'left.radio("Cell", CELLS, key=f"cell-{run}")',
        'def f(key: str): st.toggle("On", key=key)',
        'session.put("lag", 3)',
        'session.get(f"{run}-seen")',
        'session.set_values({"seeds": 5})',
        "session.set_default_values({name: 1 for name in names})",
        'st.button("Next", on_click=session.put, args=("step", 2))',
    ],
)
def test_a_raw_string_is_recognised(line):
    assert _raw(ast.parse(line))


def test_no_two_owners_can_make_the_same_name():
    assert not [(a, b) for a, b in permutations(Keys, 2) if f"{a}-".startswith(f"{b}-")]
    assert not [(name, own) for name in SessionKey for own in Keys if name.startswith(f"{own}-")]
    assert Keys.TRAIN("objective") != Keys.LEARN("objective")
