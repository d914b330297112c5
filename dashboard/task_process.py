"""Child process that runs tasks one after another, and ends with its server.

The server writes a JSON line per task to the child's standard input, and reads a line when the task
has ended. Progress and results are in the run's folder. When the server ends, in whatever way, the
input closes and the child exits at once: a training resumes from its checkpoint.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imv_core.errors import ImvError
from imv_core.runs import worker
from imv_core.runs.task import TaskKind

IDLE_SECONDS = 1800  # after which it exits; a process that has loaded torch is worth keeping
NICENESS = 5  # of 19: pages come first; with more, a busy machine would starve a training
FUNCTIONS: dict[TaskKind, Callable[..., object]] = {
    TaskKind.TRAINING: worker.train,
    TaskKind.CHECKS: worker.check,
    TaskKind.RECOVERY: worker.recover,
    TaskKind.INJECTION: worker.inject,
}
START = "import sys; sys.path[:] = sys.argv[1:]; from dashboard.task_process import main; main()"


class ProcessEnded(Exception):  # noqa: N818 (no error: a process that was idle ends as well)
    """The process ended, so that a task was not finished or not begun."""


class TaskProcess:
    """The child, as the server sees it; one thread runs tasks, any thread may end it."""

    def __init__(self) -> None:
        root = str(Path(__file__).parents[1])
        paths = [path or os.getcwd() for path in sys.path]
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-c", START, *paths, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """Its number at the operating system."""
        return self._child.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    @property
    def was_idle(self) -> bool:
        """Whether it has ended because there was nothing to do."""
        return self._child.wait() == 0

    def run(self, kind: TaskKind, folder: Path, options: dict[str, Any]) -> str | None:
        """Run a task to its end.

        Args:
            kind: of the task.
            folder: of the run.
            options: further arguments of the task's function.

        Returns:
            Why it failed; None: it did not.

        Raises:
            ProcessEnded: the process was killed, or had ended before.
        """
        requests, answers = self._child.stdin, self._child.stdout
        assert requests is not None
        assert answers is not None
        try:
            requests.write(json.dumps([kind, str(folder), options]) + "\n")
            requests.flush()
        except OSError as error:  # a closed pipe
            raise ProcessEnded from error
        answer = answers.readline()
        if not answer:
            raise ProcessEnded
        failure: str | None = json.loads(answer)
        return failure

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._child.kill()
        self._child.wait()


def main() -> None:
    """Run the tasks of standard input until it closes, or nothing comes for a while."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they end the server, and that ends this
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    requests: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        try:
            kind, folder, options = requests.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            os._exit(0)
        print(json.dumps(_failure(TaskKind(kind), folder, options)), file=answers, flush=True)


def _read(requests: "queue.SimpleQueue[list[Any]]") -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(1)  # the server has ended


def _failure(kind: TaskKind, folder: str, options: dict[str, Any]) -> str | None:
    """Run a task; return why it failed."""
    try:
        FUNCTIONS[kind](folder, **options)
    except ImvError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"Unexpected: {type(error).__name__}: {error}"
    return None
