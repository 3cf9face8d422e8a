"""The fixture that watches for leaks sees each kind, and nothing in a quiet test."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from collections.abc import Generator
from contextlib import AbstractContextManager
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import leaks
from tests.leaks import left_behind
from tests.leaks import traces


@contextmanager
def a_process() -> Generator[None, None, None]:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE
    ) as child:
        yield
        child.communicate(b"\n")


@contextmanager
def a_descriptor() -> Generator[None, None, None]:
    number = os.open("/dev/null", os.O_RDONLY)
    yield
    os.close(number)


@contextmanager
def a_thread() -> Generator[None, None, None]:
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="left")
    thread.start()
    yield
    done.set()
    thread.join()


@contextmanager
def a_shared_memory() -> Generator[None, None, None]:
    memory = leaks.SHARED / "psm_1"
    memory.touch()
    yield
    memory.unlink()


@pytest.mark.parametrize(
    ("leave", "words"),
    [
        (a_process, "process"),
        (a_descriptor, "descriptor"),
        (a_thread, "thread left"),
        (a_shared_memory, "shared memory"),
    ],
)
def test_what_is_left_is_named(
    leave: Callable[[], AbstractContextManager[None]],
    words: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # Not the real one: other tests look there at the same time.
    monkeypatch.setattr(leaks, "SHARED", tmp_path)
    monkeypatch.setattr(leaks, "PATIENCE", 0.05)
    before = traces()

    with leave():
        left = left_behind(before)

    assert any(text.startswith(words) for text in left)


def test_a_quiet_test_leaves_nothing() -> None:
    before = traces()

    assert left_behind(before) == ()


def test_what_goes_within_the_patience_is_not_left() -> None:
    before = traces()

    threading.Timer(0.1, print).start()

    assert left_behind(before) == ()
