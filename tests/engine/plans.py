"""Small plans for invented worlds: drawn shapes over functions that leave a trace.

Every value is text that tells where it has been, so no two calls of a stage have
the same item, and a call is known by its stage's name and its item.
"""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from itertools import count
from typing import TypeAlias
from zlib import crc32

from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.choices import route_when
from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import emit_to
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.limits import take
from fstream.combinators.limits import take_while
from fstream.combinators.merges import merge
from fstream.combinators.predicates import by
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.compiler.lower import lower
from fstream.compiler.program import Program
from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.emissions import Emit
from fstream.plan.ports import Port
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import StageFailure
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from fstream.result.outcome import Success

Shape: TypeAlias = tuple[object, ...]


class KilledError(Exception):
    """Inline, what ends a worker elsewhere is raised."""


class Even(str):
    __slots__ = ()


class Odd(str):
    __slots__ = ()


class Aside(Port[object]): ...


def told(item: object) -> str:
    """What an item says of itself, wherever it was made."""
    match item:
        case Success(value):
            return f"ok({told(value)})"
        case Failure(value):
            return f"bad({told(value)})"
        case Port():
            return f"aside({told(item.item)})"
        case tuple():
            return f"({' '.join(map(told, item))})"
        case StageFailure() if item.error.kind.endswith("KilledError"):
            return f"<lost {item.stage} #{item.index}>"
        case StageFailure():
            inner = told(item.value())
            message = sentence(item.error.message)
            return f"<{message} {item.stage} #{item.index} {inner}>"
        case WorkerLost():
            return f"<lost {item.stage} #{item.index}>"
        case _:
            return str(item)


def sentence(message: str) -> str:
    """``message`` as it is inline, where what is lost elsewhere is a failure."""
    return message.replace("type WorkerLost", "type StageFailure")


@dataclass
class Script:
    """What the functions of a plan do: the same for the same item, always.

    ``killed`` calls raise. ``calls`` tells each call, and what ``page`` said then.
    """

    seed: int
    killed: set[tuple[str, str]] = field(default_factory=set)
    page: memoryview | None = None
    calls: list[tuple[str, str, int, int]] = field(default_factory=list)

    def visit(self, name: str, item: object) -> tuple[str, int]:
        """Note a call, and fail where it shall; new text, and a number."""
        text = told(item)
        if self.page is not None:
            self.calls.append((name, text, self.page[1], self.page[2]))
        if (name, text) in self.killed:
            raise KilledError
        number = crc32(f"{self.seed} {name} {text}".encode())
        if number % 8 == 0:
            raise ValueError("failed")
        return text + name, number >> 3

    def replacing(self, name: str) -> Callable[[object], str]:
        def fn(item: object) -> str:
            text, number = self.visit(name, item)
            return (Odd if number & 1 else Even)(text)

        return fn

    def keeping(self, name: str) -> Callable[[object], bool]:
        return lambda item: self.visit(name, item)[1] % 3 > 0

    def numbering(self, name: str) -> Callable[[object], int]:
        return lambda item: self.visit(name, item)[1] % 3

    def expanding(self, name: str) -> Callable[[object], Iterator[str]]:
        def fn(item: object) -> Iterator[str]:
            text, number = self.visit(name, item)
            for n in range(number % 4):
                if n == 2 and number & 16:
                    raise ValueError("failed later")
                yield (Odd if n & 1 else Even)(f"{text}{n}")

        return fn

    def scanning(self, name: str) -> Callable[[str, object], str]:
        def fn(state: str, item: object) -> str:
            text, number = self.visit(name, item)
            after = crc32(state.encode()) % 100
            return (Odd if number & 1 else Even)(f"{after}>{text}")

        return fn

    def naming(self, name: str) -> Callable[[object], object]:
        def fn(item: object) -> object:
            number = self.visit(name, item)[1]
            return [] if number % 5 == 4 else number % 7

        return fn

    def trying(self, name: str) -> Callable[[object], Success[str] | Failure[str]]:
        def fn(item: object) -> Success[str] | Failure[str]:
            text, number = self.visit(name, item)
            return Failure(text + "!") if number & 1 else Success(text)

        return fn

    def emitting(
        self, name: str
    ) -> Callable[[object], Iterator[Emit[str, Port[object]]]]:
        def fn(item: object) -> Iterator[Emit[str, Port[object]]]:
            text, number = self.visit(name, item)
            for n in range(number % 3):
                made = f"{text}{n}"
                yield emit(made) if number >> 2 + n & 1 else emit_to(Aside, made)

        return fn


@dataclass
class Building:
    """Builds stages of shapes: placed as they say, or all inline."""

    script: Script
    is_placed: bool
    names: Iterator[int] = field(default_factory=count)

    def name(self) -> str:
        return f".{next(self.names)}"

    def on(self, context: Context | None) -> Context | None:
        return context if self.is_placed else None

    def stage(self, shape: Shape) -> Stage:
        match shape:
            case ("map", on):
                name = self.name()
                return map_stage(self.script.replacing(name), on=self.on(on), name=name)
            case ("filter", on):
                name = self.name()
                return filter_stage(
                    self.script.keeping(name), on=self.on(on), name=name
                )
            case ("flat", on):
                name = self.name()
                return flat_map_stage(
                    self.script.expanding(name), on=self.on(on), name=name
                )
            case ("try", on):
                name = self.name()
                return try_stage(self.script.trying(name), on=self.on(on), name=name)
            case ("emit", on):
                name = self.name()
                return emit_stage(self.script.emitting(name), on=self.on(on), name=name)
            case ("leave",):
                return leave()
            case ("aside",):
                return to_port(Aside)
            case _:
                return self.keeping(shape)

    def keeping(self, shape: Shape) -> Stage:
        match shape:
            case ("batch", n):
                return batch(n)
            case ("regroup", n):
                return batch(n) >> unbatch()
            case ("scan",):
                return scan_stage("", self.script.scanning(self.name()))
            case ("distinct",):
                return distinct(self.script.naming(self.name()))
            case ("scan by",):
                key = self.script.naming(self.name())
                return scan_by(key, "", self.script.scanning(self.name()))
            case ("group", n):
                return group_by_key(self.script.naming(self.name()), n)
            case ("take", n):
                return take(n)
            case ("while",):
                return take_while(self.script.keeping(self.name()))
            case ("limit",):
                return limit_rate(1e9)
            case ("drop", n):
                return drop(n)
            case _:
                return self.composed(shape)

    def composed(self, shape: Shape) -> Stage:
        match shape:
            case ("seq", a, b):
                return self.stage(a) >> self.stage(b)
            case ("route", a, b):
                return route(case(Even) >> self.stage(a), case(Odd) >> self.stage(b))
            case ("guarded", a, b):
                guard = self.script.keeping(self.name())
                return route(
                    case(guard) >> self.stage(a), case(object) >> self.stage(b)
                )
            case ("keyed", a, b):
                keyed = by(self.script.numbering(self.name()))
                return route_when(keyed(0) >> self.stage(a), keyed(1).keep()).otherwise(
                    self.stage(b)
                )
            case ("broadcast", a, b):
                return broadcast(self.stage(a), self.stage(b))
            case ("recover", a, b):
                return self.stage(a).recover_with(self.stage(b))
            case ("ports", a, b, c):
                handler = route(
                    case_port(Aside) >> self.stage(b), case(object) >> self.stage(c)
                )
                return self.stage(a).recover_with(handler)
            case ("catch", a, b):
                return catch(self.stage(a)).recover_with(self.stage(b))
            case ("open catch", a):
                return catch(self.stage(a))
            case ("attempt", a):
                return attempt(self.stage(a))
            case ("within", on, a):
                inside = self.stage(a)
                return within(on, inside) if on and self.is_placed else inside
            case _:
                raise AssertionError(shape)


@dataclass(frozen=True)
class Drawn:
    """A drawn plan: its shape, its source, its functions, where it runs."""

    shape: Shape
    items: int
    breaks: bool
    seed: int
    default: Context
    is_diverted: bool
    others: tuple[tuple[Shape | None, int], ...] = ()

    def script(self) -> Script:
        return Script(self.seed)

    def stage(self, script: Script, *, placed: bool = True) -> Stage:
        return Building(script, placed).stage(self.shape)

    def source(self, building: Building) -> Source:
        """The one source, or it and ``others``, which may have stages."""
        first = source_from(self.feed)
        others = [
            self.other(building, shape, number)
            for number, (shape, _) in enumerate(self.others)
        ]
        return merge(first, *others) if others else first

    def other(self, building: Building, shape: Shape | None, number: int) -> Source:
        begin = source_from(partial(self.feed_other, number))
        return begin if shape is None else begin >> building.stage(shape)

    def program(self, script: Script, *, placed: bool) -> Program:
        building = Building(script, placed)
        plan = self.source(building) >> building.stage(self.shape) >> collect()
        ended = plan.divert_to(collect()) if self.is_diverted else plan
        return lower(ended.node, self.default if placed else inline())

    def feed(self) -> Iterator[str]:
        for n in range(self.items):
            yield (Odd if n & 1 else Even)(f"#{n}")
        if self.breaks:
            raise ValueError("source broke")

    def feed_other(self, number: int) -> Iterator[str]:
        _, items = self.others[number]
        for n in range(abs(items)):
            yield (Odd if n & 1 else Even)(f"{number}#{n}")
        if items < 0:
            raise ValueError("another source broke")


REMOTE = [processes(1), processes(2), processes(3), threads(2), forks(2)]
CONTEXTS = st.sampled_from([None, None, None, None, inline(), *REMOTE])
FUSED = st.none()
Contexts: TypeAlias = st.SearchStrategy[Context | None]
KEEPING = [
    *(("batch", n) for n in (1, 2, 3)),
    *(("regroup", n) for n in (1, 2, 3)),
    *(("scan",), ("scan by",), ("distinct",), ("drop", 2), ("group", 2)),
    *(("take", 2), ("take", 5), ("while",), ("limit",)),
]
KINDS = ["map", "map", "filter", "flat", "try", "emit"]


def leaves(contexts: Contexts, *, stateful: bool) -> st.SearchStrategy[Shape]:
    calling = st.tuples(st.sampled_from(KINDS), contexts)
    sideways = st.sampled_from([("leave",), ("aside",)])
    if not stateful:
        return calling | calling | sideways
    return calling | calling | sideways | st.sampled_from(KEEPING)


def around(
    shapes: st.SearchStrategy[Shape], contexts: Contexts
) -> st.SearchStrategy[Shape]:
    two = ["seq", "seq", "route", "guarded", "keyed", "recover", "catch"]
    arm = st.tuples(st.just("seq"), st.tuples(st.just("map"), contexts), shapes)
    return st.one_of(
        st.tuples(st.sampled_from(two), shapes, shapes),
        st.tuples(st.just("broadcast"), arm, arm),
        st.tuples(st.just("ports"), shapes, shapes, shapes),
        st.tuples(st.sampled_from(["open catch", "attempt"]), shapes),
        st.tuples(st.just("within"), contexts, shapes),
    )


def drawn(
    *, stateful: bool = True, merged: bool = True, contexts: Contexts = CONTEXTS
) -> st.SearchStrategy[Drawn]:
    """Plans; where none is ``merged``, an item is told by its place in the source."""
    leaf = st.none() | leaves(contexts, stateful=stateful)
    others = st.lists(st.tuples(leaf, st.integers(-4, 9)), max_size=2).map(tuple)
    return st.builds(
        Drawn,
        shape=st.recursive(
            leaves(contexts, stateful=stateful),
            lambda shapes: around(shapes, contexts),
            max_leaves=6,
        ),
        items=st.integers(0, 24),
        breaks=st.sampled_from([False, False, False, True]),
        seed=st.integers(0, 1 << 16),
        default=st.sampled_from([*REMOTE, *REMOTE[:3], inline()]),
        is_diverted=st.booleans(),
        others=st.just(()) | st.just(()) | others if merged else st.just(()),
    )
