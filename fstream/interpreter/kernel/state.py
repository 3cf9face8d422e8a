"""What stateful stages keep.

Each run has states of its own, each stage one. ``put`` takes an item; ``rest`` gives
at the end what is held, where items are. What a user's function raises leaves the
state as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from math import inf
from typing import TypeAlias, assert_never, cast, final

from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Rule
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile

Function: TypeAlias = Callable[[object], object]
Step: TypeAlias = Callable[[object, object], object]
End: TypeAlias = Callable[[], None]


@final
@dataclass(slots=True)
class Batching:
    """The items that a batch stage holds."""

    size: int
    within: float | None
    clock: Callable[[], float]
    items: list[object] = field(default_factory=list[object])
    due: float = 0.0

    def put(self, item: object) -> tuple[object, ...] | None:
        """Take ``item``; the batch, if it is complete or its time is over."""
        items = self.items
        items.append(item)
        if len(items) < self.size and not self._is_due():
            return None
        self.items = []
        return tuple(items)

    def rest(self) -> list[tuple[object, ...]]:
        """What is held at the end, as one last batch."""
        items, self.items = self.items, []
        return [tuple(items)] if items else []

    def due_at(self) -> float | None:
        """When what is held shall be given; ``None``: there is no such time."""
        return self.due if self.within is not None and self.items else None

    def _is_due(self) -> bool:
        if self.within is None:
            return False
        now = self.clock()
        if len(self.items) == 1:
            self.due = now + self.within
        return now >= self.due


@final
@dataclass(slots=True)
class Scanning:
    """The state that a scan has come to."""

    state: object
    fn: Step

    def put(self, item: object) -> object:
        """The next state, after ``item``."""
        self.state = state = self.fn(self.state, item)
        return state


@final
@dataclass(slots=True)
class ScanningBy:
    """The states that a scan has come to, by key."""

    key: Function
    init: object
    fn: Step
    states: dict[object, object] = field(default_factory=dict[object, object])

    def put(self, item: object) -> tuple[object, object]:
        """The key of ``item``, and its next state."""
        key = self.key(item)
        state = self.fn(self.states.get(key, self.init), item)
        self.states[key] = state
        return key, state


@final
@dataclass(slots=True)
class Dropping:
    """How many items are still to be dropped."""

    left: int

    def put(self, _item: object) -> bool:
        """Whether the item is kept."""
        if self.left:
            self.left -= 1
            return False
        return True


@final
@dataclass(slots=True)
class Distinguishing:
    """The keys that have been seen."""

    key: Function | None
    seen: set[object] = field(default_factory=set[object])

    def put(self, item: object) -> bool:
        """Whether ``item`` is the first with its key."""
        key = item if self.key is None else self.key(item)
        before = len(self.seen)
        self.seen.add(key)
        return len(self.seen) > before


@final
@dataclass(slots=True)
class Taking:
    """How many items are still to be kept, and what ``end`` comes with the last."""

    left: int
    end: End | None

    def put(self, _item: object) -> bool:
        """Whether the item is kept."""
        if not self.left:
            return False
        self.left -= 1
        if not self.left and self.end is not None:
            self.end()
        return True


@final
@dataclass(slots=True)
class TakingWhile:
    """Whether an item has come that is not kept."""

    fn: Function
    end: End | None
    is_over: bool = False

    def put(self, item: object) -> bool:
        """Whether ``item`` is kept."""
        if self.is_over:
            return False
        if self.fn(item):
            return True
        self.is_over = True
        if self.end is not None:
            self.end()
        return False


Group: TypeAlias = tuple[object, list[object]]


@final
@dataclass(slots=True)
class Grouping:
    """The items that are held, by key; keys stand in the order of their first items."""

    key: Function
    size: int
    groups: dict[object, Group] = field(default_factory=dict[object, Group])

    def put(self, item: object) -> tuple[object, tuple[object, ...]] | None:
        """Take ``item``; its key and the batch, if that is complete."""
        key = self.key(item)
        first, items = self.groups.setdefault(key, (key, []))
        items.append(item)
        if len(items) < self.size:
            return None
        del self.groups[key]
        return first, tuple(items)

    def rest(self) -> list[tuple[object, tuple[object, ...]]]:
        """What is held at the end, a batch a key."""
        groups, self.groups = self.groups, {}
        return [(key, tuple(items)) for key, items in groups.values()]


@final
@dataclass(slots=True)
class Limiting:
    """When the next item may pass: ``gap`` seconds after the turn of the last one."""

    gap: float
    clock: Callable[[], float]
    pause: Callable[[float], None]
    due: float = -inf

    def put(self, item: object) -> object:
        """Give ``item``, when it is its turn."""
        now = self.clock()
        if now < self.due:
            self.pause(self.due - now)
        self.due = max(self.due, now) + self.gap
        return item


State: TypeAlias = (
    (Scanning | ScanningBy | Limiting)
    | (Dropping | Distinguishing | Taking | TakingWhile)
    | Grouping
)


def state_of(
    rule: Rule,
    end: End,
    *,
    clock: Callable[[], float],
    pause: Callable[[float], None],
) -> State:
    """The state that ``rule`` begins with; ``end`` ends the run, if it does that.

    Functions are erased: the kernel calls them with what the stage before gave.
    """
    match rule:
        case Scan(init, fn):
            return Scanning(init, cast("Step", fn))
        case ScanBy(key, init, fn):
            return ScanningBy(cast("Function", key), init, cast("Step", fn))
        case Drop(n):
            return Dropping(n)
        case Distinct(key):
            return Distinguishing(cast("Function | None", key))
        case Take(n, ends):
            return Taking(n, end if ends else None)
        case TakeWhile(fn, ends):
            return TakingWhile(cast("Function", fn), end if ends else None)
        case GroupBy(key, size):
            return Grouping(cast("Function", key), size)
        case LimitRate(per_second):
            return Limiting(1 / per_second, clock, pause)
        case _:
            assert_never(rule)


OWN = (
    Batching.put,
    Scanning.put,
    ScanningBy.put,
    Distinguishing.put,
    TakingWhile.put,
    Grouping.put,
)
"""Functions whose frames are no part of what users' exceptions tell."""
