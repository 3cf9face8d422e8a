"""Stages, sources and sinks for runs that end in every way, for workers to import."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fstream import Context
from fstream import Plan
from fstream import Source
from fstream import drain
from fstream import fold
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream


def passes(item: object) -> object:
    return item


def fails(item: object) -> object:
    text = f"no {item}"
    raise ValueError(text)


def pid(_: object) -> int:
    return os.getpid()


def numbers() -> Iterator[int]:
    n = 0
    while True:
        yield n
        n += 1


def endless(on: Context) -> Source[object]:
    return source_from(numbers).via(map_stage(passes, on=on))


@dataclass(frozen=True)
class Marking:
    """Leaves a file for each item, named for it."""

    folder: Path

    def __call__(self, item: object) -> object:
        (self.folder / str(item)).touch()
        return item


@dataclass(frozen=True)
class Stuck:
    """Leaves a file that names its process and that one's parent, and waits."""

    folder: Path

    def __call__(self, *_: object) -> object:
        made = self.folder / f"{os.getpid()}.new"
        made.write_text(f"{os.getpid()} {os.getppid()}")
        made.rename(made.with_suffix(".ready"))
        for _ in range(600):
            time.sleep(0.1)  # a signal that comes just before a sleep ends none
        return None

    def generate_some(self) -> Iterator[object]:
        yield from range(500)
        self()

    def generate_one(self) -> Iterator[object]:
        yield 0
        self()


def stuck_plan(where: str, on: Context, folder: Path) -> Plan[object, object]:
    """A plan that waits for ever in its stage, its source, or its sink.

    At the ``start`` it is the source that waits, while workers are being started.
    """
    stuck = Stuck(folder)
    match where:
        case "stage":
            return source(range(9)).via(map_stage(stuck, on=on)).to(drain())
        case "source":
            begun = source_from(stuck.generate_some)
            return begun.via(map_stage(passes, on=on)).to(drain())
        case "start":
            begun = source_from(stuck.generate_one)
            return begun.via(map_stage(passes, on=on)).to(drain())
        case _:
            ended = fold(None, stuck)
            return source(range(9)).via(map_stage(passes, on=on)).to(ended)


def stuck_run(where: str, on: Context, folder: Path) -> None:
    """Consume a stream and wait for ever, or run a plan that does."""
    if where == "consumer":
        for _ in stream(endless(on)):
            Stuck(folder)()
    else:
        run(stuck_plan(where, on, folder))
