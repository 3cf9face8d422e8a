"""Sinks at work: what a run's results become."""

import itertools
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from typing import Protocol, assert_never, cast, final

from fstream.compiler.program import Dispatch
from fstream.compiler.program import Ending
from fstream.compiler.program import Everyone
from fstream.compiler.program import Mapped
from fstream.interpreter.engine.join import tagged
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Erased
from fstream.plan.nodes import Fold


class SinkBroke(Exception):  # noqa: N818 - what happened, as all errors here
    """A sink's function raised ``cause``; never seen by users."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


class Taking(Protocol):
    """A sink in a run."""

    @property
    @abstractmethod
    def taken(self) -> int:
        """How many values it was given."""

    def take(self, values: Iterable[object]) -> None:
        """Take ``values``, one after the other; raises only ``SinkBroke``."""

    def answer(self) -> object:
        """What the sink has made of them; raises only ``SinkBroke``."""


def taking(ending: Ending) -> Taking:
    """The sink that ``ending`` describes, with nothing taken yet."""
    match ending:
        case Collect():
            return _Collecting()
        case Count():
            return _Counting()
        case Drain():
            return _Draining()
        case Fold(init, fn):
            return _Folding(init, cast("Callable[[object, object], object]", fn))
        case Everyone(sinks):
            return _Sharing([taking(sink) for sink in sinks])
        case Dispatch(sinks):
            return _Dispatching([taking(sink) for sink in sinks])
        case Mapped(sink, fn):
            return _Mapping(taking(sink), fn)
        case _:
            assert_never(ending)


@final
class _Collecting:
    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items: list[object] = []

    @property
    def taken(self) -> int:
        return len(self.items)

    def take(self, values: Iterable[object]) -> None:
        self.items.extend(values)

    def answer(self) -> object:
        return tuple(self.items)


class _Counting:
    __slots__ = ("taken",)

    def __init__(self) -> None:
        self.taken = 0

    def take(self, values: Iterable[object]) -> None:
        # zip pulls the value first, so the counter is right if that raises.
        counter = itertools.count(self.taken)
        try:
            deque(zip(values, counter, strict=False), maxlen=0)
        finally:
            self.taken = next(counter)

    def answer(self) -> object:
        return self.taken


@final
class _Draining(_Counting):
    __slots__ = ()

    def answer(self) -> object:
        return None


@final
class _Folding:
    __slots__ = ("fn", "folded", "taken")

    def __init__(self, init: object, fn: Callable[[object, object], object]) -> None:
        self.folded = init
        self.fn = fn
        self.taken = 0

    def take(self, values: Iterable[object]) -> None:
        for value in values:
            self.taken += 1
            try:
                self.folded = self.fn(self.folded, value)
            except KeyboardInterrupt:
                raise
            except BaseException as exc:  # noqa: BLE001 - users' code raises anything
                raise SinkBroke(exc) from None

    def answer(self) -> object:
        return self.folded


@final
class _Sharing:
    __slots__ = ("sinks", "taken")

    def __init__(self, sinks: list[Taking]) -> None:
        self.sinks = sinks
        self.taken = 0

    def take(self, values: Iterable[object]) -> None:
        for value in values:
            self.taken += 1
            for sink in self.sinks:
                sink.take((value,))

    def answer(self) -> object:
        return tuple(sink.answer() for sink in self.sinks)


@final
class _Dispatching:
    __slots__ = ("sinks", "taken")

    def __init__(self, sinks: list[Taking]) -> None:
        self.sinks = sinks
        self.taken = 0

    def take(self, values: Iterable[object]) -> None:
        for number, value in tagged(values):
            self.taken += 1
            self.sinks[number].take((value,))

    def answer(self) -> object:
        return tuple(sink.answer() for sink in self.sinks)


@final
class _Mapping:
    __slots__ = ("fn", "sink")

    def __init__(self, sink: Taking, fn: Erased) -> None:
        self.sink = sink
        self.fn = cast("Callable[[object], object]", fn)

    @property
    def taken(self) -> int:
        return self.sink.taken

    def take(self, values: Iterable[object]) -> None:
        self.sink.take(values)

    def answer(self) -> object:
        try:
            return self.fn(self.sink.answer())
        except (KeyboardInterrupt, SinkBroke):
            raise
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            raise SinkBroke(exc) from None
