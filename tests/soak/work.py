"""What the stages of a soak do: pass items on, note it, and go wrong as planned.

Each process appends to a log of its own, whole lines at a time, so that the log
holds what was executed whatever becomes of the process::

    B stage number time     the item begins
    E stage number time     it is about to be given back
    D stage number time     its process ends itself, or spoils its own connection
"""

import os
import select
import time
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias, final

from fstream import Emit
from fstream import Port
from fstream import emit_to

Fault: TypeAlias = Literal["raise", "kill", "exit", "garbage", "hang", "wait"]


@final
@dataclass(frozen=True, slots=True)
class Item:
    """What passes through a plan: its number, the stages it met, some weight."""

    number: int
    marks: tuple[str, ...] = ()
    payload: bytes = b""


class First(Port[Item]):
    """One of three ways."""


class Second(Port[Item]):
    """Another one."""


class Third(Port[Item]):
    """The last one."""


def three_ways(item: Item) -> Iterator[Emit[Item, First | Second | Third]]:
    """Send items three ways, by their numbers."""
    yield emit_to((First, Second, Third)[item.number % 3], item)


def same(item: object) -> object:
    """Change nothing."""
    return item


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A stage that marks what it is given; ``faults`` says where it goes wrong."""

    stage: str
    folder: str
    faults: Mapping[int, Fault]
    group: int = 1

    def __call__(self, given: Item | tuple[Item, ...]) -> object:
        """Mark an item, or all items of a batch."""
        items = given if isinstance(given, tuple) else (given,)
        number = items[0].number // self.group
        self._note("B", number)
        fault = self.faults.get(number)
        if fault is not None:
            self._go_wrong(fault, number)
        marked = tuple(replace(item, marks=(*item.marks, self.stage)) for item in items)
        self._note("E", number)
        return marked if isinstance(given, tuple) else marked[0]

    def _go_wrong(self, fault: Fault, number: int) -> None:
        match fault:
            case "raise":
                text = f"{self.stage} refuses {number}"
                raise ValueError(text)
            case "kill":
                self._note("D", number)
                os.kill(os.getpid(), 9)
            case "exit":
                self._note("D", number)
                os._exit(3)
            case "garbage":
                if self._is_first(number):
                    self._note("D", number)
                    _spoil_sockets()
            case "hang":
                select.select([], [], [], 60)
            case "wait":
                select.select([], [], [], 0.05)

    def _is_first(self, number: int) -> bool:
        """Whether no process has been here before."""
        try:
            Path(self.folder, f"once-{self.stage}-{number}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _note(self, what: str, number: int) -> None:
        line = f"{what} {self.stage} {number} {time.monotonic_ns()}\n".encode()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        log = os.open(f"{self.folder}/{os.getpid()}.log", flags, 0o600)
        os.write(log, line)
        os.close(log)


def _spoil_sockets() -> None:
    for link in [*Path("/proc/self/fd").iterdir()]:
        if link.is_symlink() and str(link.readlink()).startswith("socket:"):
            os.write(int(link.name), os.urandom(100))
