"""Programs that a scenario starts, so as to end them in every way.

They are its own children: either forked from it, which takes a millisecond, or
interpreters of their own.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from types import TracebackType
from typing import Never, Protocol, Self, final

from fstream.worker import lifeline

ROOT = Path(__file__).parents[2]


class Tell(Protocol):
    """Writes a line."""

    def __call__(self, *words: object) -> None: ...


@final
class Program:
    """A child that does ``work`` with a pipe to ``tell`` lines through.

    It ends as a program does: Ctrl-C and other exceptions are printed by it.
    """

    def __init__(self, work: Callable[[Tell], None]) -> None:
        told, telling = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(told)
            _live(work, telling)
        os.close(telling)
        self._told = os.fdopen(told)

    def numbers(self) -> list[int]:
        """Wait for the next line, of numbers."""
        return [int(word) for word in self.line().split()]

    def line(self) -> str:
        """Wait for the next line that it tells; empty: it tells nothing more."""
        return self._told.readline().rstrip("\n")

    def wait(self) -> int:
        """Wait for its end; answer the exit code, or minus the signal."""
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to it alone, and wait for its end."""
        os.kill(self.pid, number)
        return self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _cls: type[BaseException] | None,
        _exc: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._told.close()
        if self.pid:
            with suppress(ProcessLookupError):
                self.end()


def _live(work: Callable[[Tell], None], telling: int) -> Never:
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def tell(*words: object) -> None:
            os.write(telling, f"{' '.join(map(str, words))}\n".encode())

        work(tell)
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        lifeline._program.end()
        os._exit(code)


def interpreted(
    text: str,
    *,
    stdin: int | None = None,
    options: tuple[str, ...] = (),
    by: str = "-c",
) -> subprocess.CompletedProcess[str]:
    """Have an interpreter run ``text``: after ``-c``, or as its input (``-``)."""
    text = dedent(text)
    command = [sys.executable, "-W", "error", *options, by]
    return subprocess.run(
        command + ([text] if by == "-c" else []),
        input=None if by == "-c" else text,
        stdin=stdin if by == "-c" else None,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
        timeout=30,
    )


def environment() -> dict[str, str]:
    """The environment of an interpreter that finds the library and the tests."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}
