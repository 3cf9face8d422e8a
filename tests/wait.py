"""Waiting for what must happen soon, without sleeping for a guessed time."""

import os
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 5.0
PAUSE = 0.005


def wait_until(is_so: Callable[[], bool], *, within: float = PATIENCE) -> None:
    """Return as soon as ``is_so()``; fail the test after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            text = f"did not happen within {within} s"
            raise AssertionError(text)
        time.sleep(PAUSE)


def wait_readable(descriptors: tuple[int, ...], *, within: float = PATIENCE) -> None:
    """Return as soon as one of ``descriptors`` is readable, or fail the test."""
    readable, _, _ = select.select(descriptors, [], [], within)
    if not readable:
        text = f"nothing to read within {within} s"
        raise AssertionError(text)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    return _state(pid) not in {"Z", None}


def is_asleep(pid: int) -> bool:
    """Tell whether a process waits for something."""
    return _state(pid) == "S"


def is_alone() -> bool:
    """Tell whether all other threads of this process wait for something."""
    mine = str(threading.get_native_id())
    others = {each.name for each in Path("/proc/self/task").iterdir()} - {mine}
    return all(_state(f"self/task/{name}") in {"S", None} for name in others)


def _state(of: int | str) -> str | None:
    try:
        with open(f"/proc/{of}/stat", encoding="ascii") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def exists(pid: int) -> bool:
    """Tell whether a process has a number, be it a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
