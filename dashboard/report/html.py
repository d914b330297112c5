"""Write the report as one HTML file; its texts and equations need no script."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from dashboard.figures.theme import DARK, LIGHT
from dashboard.report.contents import LEVEL, MOST, MOST_SERIES, Contents, panels, tables
from dashboard.report.drawings import drawing_library, drawings, library, packed
from dashboard.ui.titles import attention_note, base_note, contribution_note
from dashboard.ui.verdict import LOOKS, cautions, of_checks, overall
from dashboard.wording import in_short, number, short, when
from imv_core import Explanation, ImvError, IMVForecaster, Table, __version__
from imv_core.faithfulness.report import TrustReport


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
