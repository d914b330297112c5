"""Read a Parquet file, after a check of the memory that its cells take."""

import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from imv_core.errors import TableError
from imv_core.tables.findings import read_as
from imv_core.tables.raw_table import MOST_COLUMNS, RawTable, from_frame, too_wide

MOST_CELLS = 2**27
MOST_BYTES = 2**30
"""Bytes of all columns after they are decompressed."""
MOST_TEXT = 2**28
"""Bytes of all texts when each row has a copy of its own: ten million rows of 25 letters."""
UNREADABLE = "'{}' is a damaged Parquet file. Fetch or write it again."


def read(data: bytes, name: str, packing: str | None) -> RawTable:
    """Read all columns.

    Args:
        data: the file.
        name: of the file, for errors and findings.
        packing: how the file was packed, for the finding about its format.

    Raises:
        TableError: the file has too many columns or cells, or takes too much memory. For a damaged
            file the decoder may raise any exception; `isolation` turns it into `UNREADABLE`.
    """
    return from_frame(_frame(data, name), name, read_as(name, packing, "Parquet"))


def _frame(data: bytes, name: str) -> pd.DataFrame:
    """Read all columns; those of text become categories, which store each text once."""
    metadata = pq.read_metadata(io.BytesIO(data))
    _check_size(metadata, name)
    texts = [field.name for field in metadata.schema.to_arrow_schema() if _is_text(field.type)]
    file = pq.ParquetFile(io.BytesIO(data), read_dictionary=texts)
    groups, size = [file.schema_arrow.empty_table()], 0
    for number in range(metadata.num_row_groups):
        groups.append(file.read_row_group(number, use_threads=False))
        size += _text_size(groups[-1])
        if size > MOST_TEXT:
            raise _too_large(name)
    return pd.DataFrame(pa.concat_tables(groups).unify_dictionaries().to_pandas(use_threads=False))


def _check_size(metadata: Any, name: str) -> None:
    """Raise TableError if the file is too large, as far as its metadata tell."""
    if metadata.num_columns > MOST_COLUMNS:
        raise too_wide(metadata.num_columns, name)
    cells = metadata.num_rows * metadata.num_columns
    if cells > MOST_CELLS:
        raise TableError(f"'{name}' holds {cells:,} cells. Cut it, or thin out its rows.")
    size = sum(
        metadata.row_group(group).column(column).total_uncompressed_size
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    )
    if size > MOST_BYTES:
        raise _too_large(name)


def _too_large(name: str) -> TableError:
    return TableError(
        f"'{name}' unpacks to more than memory can bear. Cut it, or leave out columns of text."
    )


def _is_text(kind: Any) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _text_size(table: Any) -> int:
    """Return the bytes that the texts of a table take when each row has a copy of its own."""
    size = 0
    for column in table.columns:
        if pa.types.is_dictionary(column.type) and _is_text(column.type.value_type):
            for chunk in column.chunks:
                lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
                size += pc.sum(lengths, min_count=0).as_py()
    return size
