"""Our own texts, Markdown with equations, as HTML that needs no script."""

from collections.abc import Mapping
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin


def _equation(latex: str, options: Mapping[str, Any]) -> str:
    """As MathML, which browsers draw by themselves."""
    return convert(latex, display="block" if options["display_mode"] else "inline")


_markdown = MarkdownIt("commonmark", {"html": False}).use(
    dollarmath_plugin, renderer=_equation, allow_labels=False, double_inline=True
)


def rendered(text: str) -> Markup:
    """HTML of a text of ours; nothing of a visitor's may stand in it."""
    return Markup(_markdown.render(text))
