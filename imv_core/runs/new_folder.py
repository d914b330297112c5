"""Make the folder of a new run: all of its first files, or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from imv_core import storage
from imv_core.errors import RunError
from imv_core.runs.records import Config, Status
from imv_core.runs.task import Task, TaskKind, writing
from imv_core.tables.table import Table
from imv_core.training.settings import Settings

LONGEST_NAME = 200  # characters


@contextmanager
def new_folder(path: str | Path) -> Iterator[Path]:
    """Make a folder, and remove what was written in it where the block raises.

    Raises:
        RunError: it holds something else, or cannot be written to.
    """
    path = Path(path)
    is_new = not path.exists()
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"'{path}' is not empty. Choose another folder for the run.")
        try:
            yield path
        except BaseException:
            for made in path.iterdir():
                made.unlink()
            if is_new:
                path.rmdir()
            raise


def write_first_files(
    path: Path,
    settings: Settings,
    table: Table,
    variables: tuple[str, ...],
    name: str,
    is_adopted: bool = False,
) -> None:
    """Write table, status and configuration; the configuration, which makes it a run, last."""
    storage.replace(path / "table.parquet", table.to_parquet)
    Task(path, TaskKind.TRAINING).write_status(Status())
    config = Config(
        name=name,
        settings=settings,
        variables=variables,
        table_name=table.name,
        table_fingerprint=table.fingerprint,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        is_adopted=is_adopted,
    )
    config.write(path)


def checked_name(name: str) -> str:
    """Return a name on one line that every file can keep; RunError if it is empty or too long."""
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise RunError(f"Give the run a name of 1 to {LONGEST_NAME} characters.")
    return name
