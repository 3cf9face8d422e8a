"""Functions for the cases of worker pools; importable without pytest."""

import os
import random
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

from fstream import Context
from fstream import Emit
from fstream import Port
from fstream import Success
from fstream import collect
from fstream import emit_to
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from tests.wait import wait_until


@dataclass(frozen=True)
class Record:
    """What passes through the pools, with a mark of each of them."""

    id: int
    payload: str = ""
    value: int = 0
    pids: tuple[int, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A stage that leaves its mark and its process on a record."""

    mark: str

    def __call__(self, record: Record) -> Record:
        return replace(
            record,
            pids=(*record.pids, os.getpid()),
            marks=(*record.marks, self.mark),
        )


def valued(record: Record) -> Record:
    return Mark("valued")(replace(record, value=2 * record.id))


def squared(record: Record) -> Record:
    return Mark("squared")(replace(record, value=record.id**2))


def saved(records: tuple[Record, ...]) -> tuple[Record, ...]:
    return tuple(map(Mark("saved"), records))


def with_pid(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


# ---- pools that wait for one another


@dataclass(frozen=True)
class Gathering:
    """Each worker shows itself, and goes on when so many have done so."""

    folder: Path
    workers: int

    def __call__(self, n: int) -> tuple[int, int]:
        (self.folder / str(os.getpid())).touch()
        wait_until(lambda: len([*self.folder.iterdir()]) >= self.workers)
        return n, os.getpid()


# ---- routes


class First(Port[int]):
    """Where numbers go whose remainder is the first."""


class Second(Port[int]):
    """Where those of the second go."""


class Third(Port[int]):
    """Where those of the third go."""


def by_two(n: int) -> Iterator[Emit[int, First | Second]]:
    yield emit_to(First, n) if n % 2 == 0 else emit_to(Second, n)


def by_three(n: int) -> Iterator[Emit[int, First | Second | Third]]:
    port = (First, Second, Third)[n % 3]
    yield emit_to(port, n)


@dataclass(frozen=True)
class Tag:
    """Says who took an item, in which process."""

    tag: str
    factor: int = 1

    def __call__(self, n: int) -> tuple[str, int, int]:
        return self.tag, self.factor * n, os.getpid()


@dataclass(frozen=True)
class Origin:
    """Where a producer's items come from."""

    name: str


def four_of(origin: Origin) -> list[tuple[str, int]]:
    return [(origin.name, number) for number in range(4)]


def aggregated(item: tuple[str, int]) -> tuple[str, int, int]:
    return (*item, os.getpid())


# ---- runs in runs


def double(n: int) -> int:
    return 2 * n


@dataclass(frozen=True)
class Nested:
    """Runs a pool of its own over a batch."""

    on: Context = field(default_factory=lambda: processes(2))

    def __call__(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        plan = source(numbers).via(map_stage(double)).to(collect())
        outcome = run(plan, on=self.on)
        assert isinstance(outcome, Success), outcome
        return outcome.unwrap()


# ---- state of the user


@dataclass
class Counter:
    """What a function changes while it is called."""

    count: int = 0
    seen: list[int] = field(default_factory=list)

    def __call__(self, n: int) -> int:
        self.count += 1
        self.seen.append(n)
        return 3 * n + 10

    def changes_in_place(self, numbers: list[int]) -> list[int]:
        numbers.append(self.count)
        return numbers


@dataclass(frozen=True)
class Settings:
    """What a user gives each of his functions."""

    factor: int
    offset: int

    def __call__(self, n: int) -> int:
        return self.factor * n + self.offset


# ---- what is told of items


def fails_at_three_and_seven(n: int) -> int:
    if n in {3, 7}:
        text = f"no {n}"
        raise ValueError(text)
    return n


def doubled_if_odd(n: int) -> list[int]:
    return [2 * n] if n % 2 else []


def unchanged(item: object) -> object:
    return item


def bursts(seed: int) -> list[int]:
    """Ten bursts of ten to fifty numbers."""
    draw = random.Random(seed)
    return [
        draw.randrange(10_000) for _ in range(10) for _ in range(draw.randint(10, 50))
    ]


def one_by_one(numbers: Iterable[int]) -> Iterator[int]:
    yield from numbers


def tally(tags: Iterable[tuple[str, int, int]]) -> Mapping[str, list[int]]:
    """The numbers of each tag, in order."""
    found: dict[str, list[int]] = {}
    for tag, number, _ in tags:
        found.setdefault(tag, []).append(number)
    return found
