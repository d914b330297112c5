"""The files that a table was uploaded as: they can be read again, and otherwise."""

from dataclasses import dataclass
from functools import cached_property

from streamlit.runtime.uploaded_file_manager import UploadedFile

from imv_core import Table, read_table
from imv_core.tables.files import sheet_names


@dataclass(frozen=True)
class Origin:
    """The uploaded files that a table was read from, and how."""

    files: tuple[UploadedFile, ...]
    sheet: str | None = None  # None: the first with a table
    repeated: str = "last"

    @cached_property
    def sheets(self) -> list[str]:
        """The sheets of a workbook; none where there is nothing to choose."""
        if len(self.files) > 1:
            return []
        return sheet_names(self.files[0].getvalue(), self.files[0].name)

    def read(self) -> Table:
        """Read the files; ImvError where they cannot be used."""
        for file in self.files:
            file.seek(0)
        if len(self.files) == 1:
            (file,) = self.files
            return read_table(file, file.name, sheet=self.sheet, repeated=self.repeated)
        return read_table(list(self.files), sheet=self.sheet, repeated=self.repeated)
