"""Functions for drawn plans: they take any item, and workers can import them.

Each is a value: a frozen callable with a readable ``repr``, so that a failing
example can be read. What it does depends only on ``weight(item)``, a number that
is the same for an item in every context.
"""

import asyncio
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal, Never, final

from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_to
from fstream.plan.emissions import Emit
from fstream.plan.ports import Port
from fstream.result.errors import StageFailure
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from tests.result.awkward import AWKWARD


class Alpha(Port[object]): ...


class Beta(Port[object]): ...


class Gamma(Beta):
    """A port below another, so that the order of the cases matters."""


class Hollow(Port[object]):
    """A port whose messages have lost their item."""

    def __init__(self, item: object) -> None:
        pass

    def __repr__(self) -> str:
        return "Hollow()"

    def __eq__(self, other: object) -> bool:
        return type(other) is Hollow

    __hash__ = None


class Refusing(Port[object]):
    """A port that takes only what is even."""

    def __init__(self, item: object) -> None:
        if weight(item) % 2:
            raise ValueError("odd")
        super().__init__(item)


class Grumpy:
    """An item that answers no question at all."""

    def refuse(self, *_: object) -> Never:
        raise RuntimeError("ask somebody else")

    __eq__ = __hash__ = __bool__ = __len__ = __iter__ = __repr__ = refuse  # type: ignore[assignment]


class Judging(type):
    def __instancecheck__(cls, item: object) -> bool:
        if weight(item) % 6 == 4:
            raise ValueError("no judgement")
        return weight(item) % 3 == 1


class Judged(metaclass=Judging):
    """A class whose instances are what its metaclass says, if it says anything."""


trace: list[tuple[object, int]] = []
"""What was called with what, in this process, since it was last cleared."""


def note(fn: object, item: object) -> None:
    """Note that ``fn`` is called with ``item``."""
    trace.append((fn, weight(item)))


PORTS: tuple[type[Port[object]], ...] = (Alpha, Beta, Gamma)


def weight(item: object) -> int:
    """Tell a small number of ``item``, whatever it is."""
    match item:
        case int():
            return item
        case str():
            return len(item)
        case tuple() | list():
            return sum(weight(each) for each in item) % 101 + len(item)
        case Success(inner):
            return weight(inner) + 2
        case Failure(inner):
            return weight(inner) + 3
        case Hollow():
            return 4
        case Port():
            return weight(item.item) + 1
        case StageFailure():
            return item.index + len(item.kind)
        case _:
            return 0


@final
@dataclass(frozen=True)
class Every:
    """Which items something happens to."""

    n: int
    rest: int

    def __contains__(self, item: object) -> bool:
        return weight(item) % self.n == self.rest % self.n


Kind = Literal["int", "none", "tuple", "list", "text", "port", "below", "same"]


@final
@dataclass(frozen=True)
class Makes:
    """Makes something of another kind."""

    kind: Kind
    plus: int = 0

    def __call__(self, item: object) -> object:
        note(self, item)
        n = weight(item) + self.plus
        match self.kind:
            case "int":
                return n
            case "none":
                return None if n % 2 else n
            case "tuple":
                return (n, n + 1)[: n % 3]
            case "list":
                return [n, None]
            case "text":
                return "x" * (n % 7)
            case "port":
                return PORTS[n % 3](n)
            case "below":
                return Gamma(item if n % 3 else Gamma(n))
            case "same":
                return item


@final
@dataclass(frozen=True)
class Raises:
    """Raises something awkward at some items, and passes the others on."""

    what: str
    at: Every

    def __call__(self, item: object) -> object:
        note(self, item)
        if item in self.at:
            return AWKWARD[self.what](item)
        return item


@final
@dataclass(frozen=True)
class Awaits:
    """``fn`` as a coroutine function, which lets others go first some times."""

    fn: Callable[[object], object]
    turns: int = 0

    async def __call__(self, item: object) -> object:
        for _ in range(weight(item) % (self.turns + 1)):
            await asyncio.sleep(0)
        return self.fn(item)


@final
@dataclass(frozen=True)
class Stepped:
    """What ``Awaits`` means: its coroutine, taken to its end without a loop."""

    awaits: Awaits

    def __call__(self, item: object) -> object:
        steps = self.awaits(item)
        try:
            while True:
                steps.send(None)
        except StopIteration as end:
            return end.value


@final
@dataclass(frozen=True)
class Keeps:
    """Is true but for some items, in a way that only ``bool`` tells."""

    but: Every
    what: str | None = None

    def __call__(self, item: object) -> object:
        note(self, item)
        return Truth(item not in self.but, self.what if weight(item) % 5 == 3 else None)


@final
@dataclass(frozen=True)
class Truth:
    value: bool
    what: str | None

    def __bool__(self) -> bool:
        if self.what is not None:
            AWKWARD[self.what](self)
        return self.value


@final
@dataclass(frozen=True)
class Many:
    """Gives ``weight % most`` children, lazily or not, and may break after some."""

    most: int
    how: Literal["lazy", "list", "tuple", "text", "none", "stops", "old"]
    what: str | None = None
    after: int = 0

    def __call__(self, item: object) -> object:
        note(self, item)
        n = weight(item) % self.most
        match self.how:
            case "lazy":
                return self._lazy(n, item)
            case "list":
                return [item] * n
            case "tuple":
                return tuple(range(n))
            case "text":
                return "abcdefgh"[:n]
            case "none":
                return None if n == 1 else (n, None)
            case "stops":
                return Stopping() if n == 1 else [n]
            case "old":
                return Old(n)

    def _lazy(self, n: int, item: object) -> Iterator[object]:
        for child in range(n):
            note(self, child)
            if self.what is not None and child == self.after:
                AWKWARD[self.what](item)
            yield (child, None, item)[child % 3]


@final
class Stopping:
    """Cannot even be iterated over, and says so in the worst way."""

    def __iter__(self) -> Iterator[object]:
        raise StopIteration("early")


@final
class Old:
    """Can be iterated over as before Python 2.2, and breaks at the third."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __getitem__(self, at: int) -> object:
        if at == 2:
            raise KeyError(at)
        if at >= self.n:
            raise IndexError
        return at


@final
@dataclass(frozen=True)
class Keys:
    """Gives one of ``n`` keys, or some that cannot be hashed; may break."""

    n: int
    at: Every
    what: str | None = None

    def __call__(self, item: object) -> object:
        note(self, item)
        if item in self.at:
            return [] if self.what is None else AWKWARD[self.what](item)
        key = weight(item) % self.n
        return float(key) if weight(item) % 2 else key  # equal to the other kind


@final
@dataclass(frozen=True)
class Tries:
    """Gives a success, a failure, or something that is no result at all."""

    fails: Every
    errs: Every

    def __call__(self, item: object) -> object:
        note(self, item)
        if item in self.errs:
            return item
        outcome: Outcome[object, object] = Success(item)
        if item in self.fails:
            outcome = Failure(Alpha(item) if weight(item) % 2 else weight(item))
        return outcome


@final
@dataclass(frozen=True)
class Emits:
    """Emits items and messages in turn; may emit nonsense, or break."""

    most: int
    offset: int
    nonsense: bool = False
    what: str | None = None

    def __call__(self, item: object) -> Iterable[Emit[object, Port[object]]]:
        n = weight(item)
        for turn in range(n % self.most):
            note(self, turn)
            kind = (turn + self.offset + n) % 5
            if kind == 4 and self.nonsense:
                yield turn  # type: ignore[misc]
            elif kind == 3 and self.what is not None:
                AWKWARD[self.what](item)
            elif kind % 2:
                yield emit_to(PORTS[n % 3], turn)
            else:
                yield emit(item if turn % 2 else turn)


@final
@dataclass(frozen=True)
class Takes:
    """A guard of a case, whose answer only ``bool`` tells."""

    at: Every
    what: str | None = None

    def __call__(self, item: object) -> object:
        note(self, item)
        if self.what is not None and weight(item) % 7 == 5:
            AWKWARD[self.what](item)
        return Truth(item in self.at, self.what if weight(item) % 7 == 2 else None)


@final
@dataclass(frozen=True)
class Names:
    """A key function of few answers, one of which cannot be compared."""

    most: int
    what: str | None = None
    grumps: bool = False

    def __call__(self, item: object) -> object:
        note(self, item)
        n = weight(item)
        if self.what is not None and n % 7 == 5:
            AWKWARD[self.what](item)
        return Grumpy() if self.grumps and n % 7 == 3 else n % self.most


@final
@dataclass(frozen=True)
class Folds:
    """Folds into a number that knows the order; may break at an item."""

    at: Every | None = None
    what: str = "value error"

    def __call__(self, folded: int, item: object) -> int:
        note(self, item)
        if self.at is not None and item in self.at:
            AWKWARD[self.what](item)
        return (folded * 31 + weight(item)) % 1_000_003


@final
@dataclass(frozen=True)
class Answers:
    """What becomes of a sink's answer."""

    breaks: bool
    what: str = "value error"

    def __call__(self, answer: object) -> object:
        note(self, None)
        if self.breaks:
            AWKWARD[self.what](answer)
        return ("answer", answer)


@final
@dataclass(frozen=True)
class Begins:
    """Makes a source: a list, or a generator that breaks after so many items."""

    items: tuple[object, ...]
    how: Literal["list", "lazy", "call"]
    what: str | None = None
    after: int = 0

    def __call__(self) -> Iterable[object]:
        note(self, None)
        if self.how == "call" and self.what is not None:
            AWKWARD[self.what](self)
        return list(self.items) if self.how == "list" else self._lazy()

    def _lazy(self) -> Iterator[object]:
        for n, item in enumerate(self.items):
            note(self, n)
            if self.what is not None and n == self.after:
                AWKWARD[self.what](self)
            yield item


@final
@dataclass(frozen=True)
class Bag:
    """A collection whose iterator breaks, or gives less than it has promised."""

    items: tuple[object, ...]
    short: int = 0
    what: str | None = None

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items

    def __iter__(self) -> Iterator[object]:
        for n, item in enumerate(self.items[: len(self.items) - self.short]):
            note(self, n)
            yield item
        if self.what is not None:
            AWKWARD[self.what](self)


@final
class Stuck:
    """An item that stays where it is."""

    def __reduce__(self) -> Never:
        raise TypeError("I stay")


# ---- for the corners


def nonsense_after_one(item: int) -> Iterator[object]:
    yield emit(item)
    yield item
    yield item + 1


def hollow(item: object) -> Hollow:
    return Hollow(item)


def stopping(item: object) -> Stopping:
    return Stopping()


def stuck_at_even(item: int) -> object:
    return item if item % 2 else Stuck()


def stuck_thrice(item: object) -> list[object]:
    return [Stuck(), item, Stuck(), Stuck()]


def fails_stuck(item: object) -> Failure[Stuck]:
    return Failure(Stuck())


def interrupted_at_one(item: int) -> int:
    if item == 1:
        raise KeyboardInterrupt
    return item


def as_many(item: int) -> range:
    return range(item)


def alone(item: object) -> list[object]:
    return [item]


def succeeds(item: object) -> Success[object]:
    return Success(item)


def kind_of_failure(failure: object) -> str:
    return failure.kind if isinstance(failure, StageFailure) else repr(failure)


def refuse(text: str) -> Never:
    raise LookupError(text)


@final
class Unloadable:
    """An item that travels, and does not arrive."""

    def __reduce__(self) -> tuple[object, ...]:
        return refuse, ("not here",)


@final
@dataclass(frozen=True)
class Offered:
    """Calls ``fn`` with the item, and does not look at the resource."""

    fn: Callable[[object], object]

    def __call__(self, resource: object, item: object) -> object:
        assert resource == "a resource"
        return self.fn(item)


def offered() -> AbstractContextManager[str]:
    """A resource that is always there."""
    return nullcontext("a resource")
