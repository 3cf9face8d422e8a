"""Nets: what happens to what user code raises in a kernel.

A net is told from the line of the kernel's own frame. Lines that call user
code are marked with their stage and their net; what comes from any other line
(a generator being closed, the run's own end, an inner net's business) passes.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import NoReturn, cast, final

from returns.result import Failure
from returns.result import Success

from fstream.interpreter.chunk import Fault
from fstream.interpreter.kernel.awaited import OWN as AWAITING
from fstream.interpreter.kernel.awaited import Awaited
from fstream.interpreter.kernel.awaited import Loop
from fstream.interpreter.kernel.cared import OWN as CARING
from fstream.interpreter.kernel.cared import Cared
from fstream.interpreter.kernel.cutting import OWN as CUTTING
from fstream.interpreter.kernel.state import OWN as KEEPING
from fstream.interpreter.kernel.supplying import OWN as SUPPLYING
from fstream.interpreter.kernel.supplying import Supplying
from fstream.interpreter.kernel.supplying import close
from fstream.interpreter.kernel.writer import Mark
from fstream.plan.choosing import OfClass
from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import OfPort
from fstream.plan.choosing import OfRest
from fstream.plan.choosing import Test
from fstream.plan.labels import Label
from fstream.plan.nodes import Erased
from fstream.plan.ports import Port
from fstream.result.anatomy import trace_of
from fstream.result.captured import Glimpse
from fstream.result.captured import glimpse
from fstream.result.captured import stage_failure
from fstream.result.errors import StageFailure
from fstream.result.errors import Step


@final
@dataclass(slots=True, kw_only=True)
class Surroundings:
    """What a kernel knows of the place it runs in, and the loop it runs on if any.

    ``pid`` is another in a copy of this process.

    ``alarm`` ends this process after so many seconds, unless it is called again
    before; 0 means never. There is none where others keep the deadlines.
    """

    context: str
    pid: int
    clock: Callable[[], float]
    pause: Callable[[float], None]
    alarm: Callable[[float], object] | None = None
    loop: Loop | None = None


class Stopped(BaseException):
    """The run ends here; never seen by users."""


@final
@dataclass(slots=True, kw_only=True)
class Net:
    """The faults of a kernel, and what is needed to name them.

    ``past`` is what ended earlier attempts at the items at hand, each in a line.
    """

    marks: Mapping[int, Mark]
    labels: dict[int, Label]
    surroundings: Surroundings
    cared: Mapping[int, Cared | Awaited]
    supplying: Mapping[int, Supplying]
    keys: Sequence[int] = ()
    past: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list[Fault])
    arrests: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def cause(
        self, exc: BaseException, item: object, net: int
    ) -> tuple[int, Glimpse] | None:
        """The stage that raised ``exc``, if it is for ``net`` to catch."""
        trace = trace_of(exc)
        if trace is None:
            return None
        mark = self.marks.get(trace.tb_lineno)
        if mark is None or mark.net != net:
            return None
        inner = trace.tb_next
        while inner is not None and id(inner.tb_frame.f_code) in _OWN:
            BaseException.with_traceback(exc, inner)
            inner = inner.tb_next
        return mark.stage, glimpse(exc, item)

    def earlier(self, stage: int) -> tuple[str, ...]:
        """What ended the attempts before the one that has just failed in ``stage``."""
        function = self.cared.get(stage)
        return self.past if function is None else self.past + function.earlier

    def step(self, stage: int) -> Step:
        """What has failed in ``stage``: its call, or the opening of its resource."""
        supplying = self.supplying.get(stage)
        return "open" if supplying is not None and supplying.is_opening else "call"

    def close(self) -> None:
        """Close the resources of all stages."""
        if self.supplying:
            close(self.supplying, self.labels)

    def failure(self, stage: int, cause: Glimpse, index: int) -> StageFailure:
        """The error value for a failure in ``stage``."""
        label = self.labels[stage]
        return stage_failure(
            cause,
            stage=label.name,
            site=str(label.site),
            step=self.step(stage),
            index=index,
            earlier=self.earlier(stage),
            context=self.surroundings.context,
            pid=self.surroundings.pid,
        )


# ---- what generated source calls besides users' functions


def fails(result: object) -> bool:
    """Whether ``result`` is a Failure; a mistake if it is no Result at all."""
    if isinstance(result, Success):
        return False
    if isinstance(result, Failure):
        return True
    text = f"try_stage needs a Success or a Failure, but got {type(result).__name__}"
    raise TypeError(text)


def not_emitted(thing: object) -> NoReturn:
    """Refuse what an emit_stage's function gave."""
    text = f"emit_stage needs emit(...) or emit_to(...), but got {type(thing).__name__}"
    raise TypeError(text)


def unrouted(item: object) -> NoReturn:
    """Refuse an item that no case of a route takes."""
    text = f"no case of the route takes an item of type {type(item).__name__}"
    raise TypeError(text)


def noted(items: Iterable[object], word: memoryview, stage: int) -> Iterator[object]:
    """``items``, with each step of the iteration noted in the recorder."""
    # Asked here: in a generator a ``StopIteration`` would become something else.
    return _noted(iter(items), word, stage)


def _noted(items: Iterator[object], word: memoryview, stage: int) -> Iterator[object]:
    for item in items:
        yield item
        word[()] = stage


def numbered(items: Sequence[object]) -> Iterator[tuple[int, object]]:
    """``items`` with their positions: numbers that are there need not be made."""
    if len(items) > len(_NUMBERS):
        return enumerate(items)
    return zip(_NUMBERS, items, strict=False)


_NUMBERS = tuple(range(4096))


@final
@dataclass(frozen=True, slots=True)
class Scattering:
    """Tags an item with the number of the first of ``tests`` that it passes."""

    tests: tuple[Test, ...]

    def tagged(self, item: object) -> tuple[int, object]:
        """``item`` with its way; a message to a port is unwrapped."""
        keys: dict[int, object] = {}
        for way, test in enumerate(self.tests):
            match test:
                case OfClass(kinds) if isinstance(item, kinds):
                    return way, item
                case OfPort(port) if isinstance(item, port):
                    return way, cast("Port[object]", item).item  # a port by its class
                case OfGuard(guard) if _passes(guard, item):
                    return way, item
                case OfKey(key, value) if _answer(key, item, keys) == value:
                    return way, item
                case OfRest():
                    return way, item
                case _:
                    continue
        unrouted(item)


def _passes(guard: Erased, item: object) -> object:
    # Erased: the guard takes what the route takes.
    return cast("Callable[[object], object]", guard)(item)


def _answer(key: Erased, item: object, known: dict[int, object]) -> object:
    """What ``key`` says of ``item``; it is asked once."""
    if id(key) not in known:
        # Erased: the key function takes what the route takes.
        known[id(key)] = cast("Callable[[object], object]", key)(item)
    return known[id(key)]


# By identity: to hash code, Python reads all of it.
_OWN = frozenset(
    id(function.__code__)
    for function in (
        fails,
        not_emitted,
        unrouted,
        noted,
        _noted,
        _passes,
        _answer,
        Scattering.tagged,
        *CARING,
        *AWAITING,
        *KEEPING,
        *CUTTING,
        *SUPPLYING,
    )
)
