"""What a run could leave behind in this process, as facts to compare.

A nursery may outlive the run that started it, once in a process: one child that
executes ``fstream.worker`` may stay, with the few descriptors that lead to it.
"""

import gc
import os
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

PATIENCE = 2.0
SHARED = Path("/dev/shm")
PAUSE = 0.02
NURSERY = "fstream.worker"
NURSERY_DESCRIPTORS = 4
WATCHDOG = "pytest_timeout"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Descriptors, descendants, threads and shared memory at one moment."""

    descriptors: Mapping[int, str]
    descendants: Mapping[int, str]
    threads: frozenset[threading.Thread]
    shared: frozenset[str]

    @property
    def nursery(self) -> int | None:
        """The process id of the one nursery that may stay, if there is one."""
        return next(
            (pid for pid, text in self.descendants.items() if NURSERY in text), None
        )


def traces() -> Traces:
    """Look at this process now."""
    return Traces(
        descriptors=dict(_descriptors()),
        descendants=dict(descendants_of()),
        threads=frozenset(_threads()),
        shared=frozenset(_names_in(SHARED)),
    )


def descendants_of(pid: int | None = None) -> Iterator[tuple[int, str]]:
    """Give the processes below ``pid``, or below this one, with what they execute."""
    return _descendants(os.getpid() if pid is None else pid, _children_by_parent())


def left_behind(before: Traces, *, within: float | None = None) -> tuple[str, ...]:
    """Say what is there now and was not before, once it has had time to go."""
    deadline = time.monotonic() + (PATIENCE if within is None else within)
    while (left := _differences(before, traces())) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(PAUSE)
    return left


def _differences(before: Traces, after: Traces) -> tuple[str, ...]:
    return (
        *(
            f"process {pid} ({text})"
            for pid, text in after.descendants.items()
            if pid not in before.descendants and pid != after.nursery
        ),
        *_new_descriptors(before, after),
        *(f"thread {thread.name}" for thread in after.threads - before.threads),
        *(f"shared memory {name}" for name in sorted(after.shared - before.shared)),
    )


def _new_descriptors(before: Traces, after: Traces) -> tuple[str, ...]:
    """Name the new descriptors when there are more than before.

    One may be closed and opened again under another number, so the count decides.
    """
    first = after.nursery is not None and before.nursery is None
    spare = NURSERY_DESCRIPTORS if first else 0
    if len(after.descriptors) <= len(before.descriptors) + spare:
        return ()
    return tuple(
        f"descriptor {number} ({target})"
        for number, target in after.descriptors.items()
        if before.descriptors.get(number) != target
    )


def _descriptors() -> Iterator[tuple[int, str]]:
    for entry in list(Path("/proc/self/fd").iterdir()):
        try:
            yield int(entry.name), str(entry.readlink())
        except OSError:  # the one that listed the folder is closed by now
            continue


def _children_by_parent() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:  # it ended meanwhile
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(entry.name))
    return children


def _descendants(
    parent: int, children: Mapping[int, list[int]]
) -> Iterator[tuple[int, str]]:
    for pid in children.get(parent, []):
        yield pid, _command(pid)
        yield from _descendants(pid, children)


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "ended"
    return b" ".join(words).decode(errors="replace").strip() or "not reaped"


def _threads() -> Iterator[threading.Thread]:
    return (
        thread
        for thread in threading.enumerate()
        if not thread.name.startswith(WATCHDOG)
        and thread.ident is not None  # Ctrl-C came before it was one
    )


def _names_in(folder: Path) -> Iterator[str]:
    return (entry.name for entry in folder.iterdir()) if folder.is_dir() else iter(())
