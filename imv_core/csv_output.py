"""Write CSV files that spreadsheets open safely: no text from a table is run as a formula.

Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
"""

from typing import Any, TextIO

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

_STARTS = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_BEFORE = ' \t\r\n\v\f"\u00a0\u200b\ufeff'  # a spreadsheet may drop these in front of a formula


def write_csv(
    frame: pd.DataFrame,
    file: TextIO | str,
    float_format: str | None = None,
    header: bool = True,
) -> None:
    """Write a frame without its index, with inert text in cells and names.

    Text that could begin a formula gets an apostrophe in front; numbers stay numbers. A program
    that reads the file finds the apostrophe as part of the text.

    Args:
        frame: to write.
        file: open for text, or a path.
        float_format: of numbers with a fraction; None: all digits.
        header: write the names of the columns first.
    """
    safe = frame.rename(columns=inert)
    for column, dtype in enumerate(frame.dtypes):
        if not (is_numeric_dtype(dtype) or is_bool_dtype(dtype) or is_datetime64_any_dtype(dtype)):
            safe.isetitem(column, frame.iloc[:, column].astype(object).map(inert).to_numpy())
    safe.to_csv(file, index=False, header=header, float_format=float_format)


def inert(value: Any) -> Any:
    """Put an apostrophe in front of text that a spreadsheet might run; return all else unchanged.

    >>> inert("=1+1"), inert(" @SUM(A1)"), inert("wind"), inert(-1.5)
    ("'=1+1", "' @SUM(A1)", 'wind', -1.5)
    """
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone \r would begin a line unquoted
    is_risky = value.startswith(_STARTS) or value.lstrip(_BEFORE).startswith(_STARTS)
    return f"'{value}" if is_risky else value
