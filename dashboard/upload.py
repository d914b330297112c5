"""Uploaded files of a table, which can be read again with other options."""

from dataclasses import dataclass
from functools import cached_property

from streamlit.runtime.uploaded_file_manager import UploadedFile

from imv_core import Table, read_table
from imv_core.tables.files import sheet_names


@dataclass(frozen=True)
class Origin:
    """Uploaded files, and the options with which a table is read from them."""

    files: tuple[UploadedFile, ...]
    sheet: str | None = None  # None: the first with a table
    repeated: str = "last"  # what becomes of rows with the same time, see `read_table`

    @cached_property
    def sheets(self) -> list[str]:
        """Sheets of a workbook; empty where there is nothing to choose."""
        if len(self.files) > 1:
            return []
        return sheet_names(self.files[0].getvalue(), self.files[0].name)

    def read(self) -> Table:
        """Read the files as one table; ImvError where they cannot be used."""
        for file in self.files:
            file.seek(0)
        if len(self.files) == 1:
            (file,) = self.files
            return read_table(file, file.name, sheet=self.sheet, repeated=self.repeated)
        return read_table(list(self.files), sheet=self.sheet, repeated=self.repeated)
