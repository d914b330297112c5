"""Write the report: one HTML file that opens offline, with figures for light and dark pages."""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from plotly.offline import get_plotlyjs

from dashboard.figures.theme import DARK, LIGHT, Palette, template
from dashboard.report.contents import LEVEL, MOST, MOST_SERIES, Contents, panels, tables
from dashboard.ui.titles import attention_note, base_note, contribution_note
from dashboard.ui.verdict import LOOKS, cautions, of_checks, overall
from dashboard.wording import in_short, number, short, when
from imv_core import Explanation, ImvError, IMVForecaster, Table, __version__
from imv_core.faithfulness.report import TrustReport

PAPER = {LIGHT: "#ffffff", DARK: "#0e1117"}  # as in report.css
CLEAR = "rgba(0, 0, 0, 0)"
Change = tuple[list[str | int], Any]


def packed(text: str) -> str:
    """Return text as base64 of gzip, which browsers unpack; the same bytes every time."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@cache
def drawing_library() -> str:
    """Return Plotly's JavaScript, packed: 2 MB instead of 5."""
    return packed(library())


@cache
def library() -> str:
    """Return Plotly's JavaScript as it is executed."""
    text: str = get_plotlyjs()
    return text


def drawings(light: Sequence[go.Figure], dark: Sequence[go.Figure]) -> str:
    """Return figures for a light page, each with its changes for a dark page, as JSON."""
    pairs = [
        (_plain(day, LIGHT), _plain(night, DARK)) for day, night in zip(light, dark, strict=True)
    ]
    return json.dumps(
        [{"figure": day, "dark": list(_changes(day, night))} for day, night in pairs],
        separators=(",", ":"),
    )


def _plain(figure: go.Figure, colours: Palette) -> Any:
    return json.loads(figure.update_layout(template=_template(colours)).to_json(validate=False))


def _template(colours: Palette) -> go.layout.Template:
    """Return the template of the pages, in the type of the report and on its paper."""
    ink, grid = colours.ink, "rgba(128, 128, 128, 0.22)"
    own = replace(colours, paper=PAPER[colours], text=ink, legend=ink, grid=grid)
    return go.layout.Template(template(own, font="system-ui, sans-serif")).update(
        layout={
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "modebar": {"bgcolor": CLEAR, "color": colours.faint},
            "margin": {"pad": 0},
            # set, a browser may search for margins without end
            "xaxis": {"title": {"standoff": None}},
            "yaxis": {"title": {"standoff": None}},
        }
    )


def _changes(day: Any, night: Any, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Yield the paths at which two figures differ, with the value of the dark one."""
    if isinstance(day, dict) and isinstance(night, dict) and day.keys() == night.keys():
        for key, value in day.items():
            yield from _changes(value, night[key], (*path, key))
    elif isinstance(day, list) and isinstance(night, list) and len(day) == len(night):
        for place, value in enumerate(day):
            yield from _changes(value, night[place], (*path, place))
    elif day != night:
        yield list(path), night


def _equation(latex: str, options: Mapping[str, Any]) -> str:
    """Return an equation as MathML, which browsers draw."""
    return convert(latex, display="block" if options["display_mode"] else "inline")


_markdown = MarkdownIt("commonmark", {"html": False}).use(
    dollarmath_plugin, renderer=_equation, allow_labels=False, double_inline=True
)


def rendered(text: str) -> Markup:
    """Return HTML of our own Markdown; it must not contain text from a visitor."""
    return Markup(_markdown.render(text))


HERE = Path(__file__).parent
# escapes all values: names come from a stranger's file
_templates = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_filters: dict[str, Callable[..., str]] = {
    "short": short,
    "sentence": lambda text: short(text, 1200),
    "number": number,
    "when": when,
    "prose": rendered,
}
_templates.filters.update(_filters)


def write(
    forecaster: IMVForecaster,
    table: Table,
    explanation: Explanation,
    path: Path,
    trust: TrustReport | None = None,
) -> None:
    """Write the report of a model on a table; see `html`."""
    text = html(forecaster, table, explanation, trust=trust)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def html(
    forecaster: IMVForecaster,
    table: Table,
    explanation: Explanation,
    made: date | None = None,
    trust: TrustReport | None = None,
) -> str:
    """Return the report, under 5 MB, the same for the same model, table and day.

    Args:
        forecaster: trained.
        table: with a test part.
        explanation: of the test part.
        made: date of the report; None: today, UTC.
        trust: the checks of this explanation; None: it was not checked.
    """
    contents = Contents(forecaster, table, explanation, trust)
    notes = (
        base_note(forecaster.fitted.scaling),
        contribution_note(explanation),
        attention_note(explanation),
    )
    light, dark = panels(contents, LIGHT), panels(contents, DARK)
    figures = drawings(*([p.figure for ps in part.values() for p in ps] for part in (light, dark)))
    script = (HERE / "report.js").read_text(encoding="utf-8")
    return _templates.get_template("report.html.j2").render(
        contents=contents,
        panels=light,
        tables=tables(contents),
        verdict=overall(contents.scores, trust),
        checked=trust and of_checks(trust),
        cautions=cautions(contents.settings, trust),
        notes=[text for text in notes if text],
        in_short=in_short(contents.settings),
        level=LEVEL,
        most=MOST,
        most_series=MOST_SERIES,
        made=made or datetime.now(UTC).date(),
        version=__version__,
        looks=LOOKS,
        style=Markup((HERE / "report.css").read_text(encoding="utf-8")),
        script=Markup(script),
        allowed=[_digest(script), _digest(library())],
        library=drawing_library(),
        figures=packed(figures),
    )


def refusal(error: ImvError) -> str:
    """Return a page in place of a report that cannot be made."""
    return f"<!doctype html>\n<title>No report</title>\n<p>{escape(str(error))}</p>\n"


def _digest(script: str) -> str:
    """Return the source expression that allows this script alone."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
