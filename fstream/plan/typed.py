"""The four nouns of a program: source, stage, sink, plan.

Each is a handle: one erased node, and types that only checkers see. Handles
are values. Joining two of them makes a third and changes neither, so a stage
may stand in any number of plans.

``E`` is what may *exit* sideways: failures of ``try_stage`` as well as
messages to ports, one union that every join widens. A handler is a stage over
that union, and a stage is contravariant in its input: forgetting an exit is a
type error. Overloads without ``E`` come first, because pyright shows several
united exits as ``Unknown`` when none of them is there.
"""

from collections.abc import Callable
from typing import Generic, Never, final, overload

from typing_extensions import TypeVar

from fstream.plan.labels import check_callable
from fstream.plan.labels import check_name
from fstream.plan.labels import label_for
from fstream.plan.nodes import All
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Divert
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Map
from fstream.plan.nodes import MapResult
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Sink as SinkNode
from fstream.plan.nodes import Stage as StageNode
from fstream.plan.render import render
from fstream.plan.walk import chained
from fstream.plan.walk import renamed
from fstream.result.value import value

A_co = TypeVar("A_co", covariant=True)
A_contra = TypeVar("A_contra", contravariant=True)
B_co = TypeVar("B_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)
E_co = TypeVar("E_co", covariant=True, default=Never)
C = TypeVar("C")
R = TypeVar("R")
S = TypeVar("S")
R1 = TypeVar("R1")
R2 = TypeVar("R2")
R3 = TypeVar("R3")
E1 = TypeVar("E1")
E2 = TypeVar("E2")
E3 = TypeVar("E3")


@final
@value
class Sink(Generic[A_contra, R_co, E_co]):
    """Where items of type ``A`` end, and what is answered for them all.

    >>> from fstream import collect, run, source
    >>> run(source([3, 1]).to(collect().map_result(sorted)))
    <Success: [1, 3]>
    """

    node: SinkNode

    def map_result(self, fn: Callable[[R_co], S]) -> "Sink[A_contra, S, E_co]":
        """Answer ``fn(answer)`` instead."""
        check_callable(fn, "map_result(fn=...)")
        return Sink(MapResult(self.node, fn))

    def __repr__(self) -> str:
        return render(self.node)


@final
@value
class Plan(Generic[R_co, E_co]):
    """A closed description: a source, its stages, its sink. Nothing has run.

    >>> from fstream import collect, leave, run, source
    >>> plan = source([1, 2]).via(leave()).to(collect())
    >>> run(plan.divert_to(collect()))
    <Success: ((), (1, 2))>
    """

    node: Pipeline

    def map_result(self, fn: Callable[[R_co], S]) -> "Plan[S, E_co]":
        """Answer ``fn(answer)`` instead."""
        check_callable(fn, "map_result(fn=...)")
        return Plan(Pipeline(self.node.flow, MapResult(self.node.sink, fn)))

    def divert_to(self, sink: Sink[E_co, R, E2]) -> "Plan[tuple[R_co, R], E2]":
        """Send all that exits to ``sink``; answer both answers."""
        _check(sink, (Sink,), "divert_to(sink=...)")
        flow = self.node.flow
        diverted = Divert(flow.stage, self.node.sink, sink.node)
        return Plan(Pipeline(Flow(flow.origin, Chain(())), diverted))

    def __repr__(self) -> str:
        return render(self.node)


@final
@value
class Stage(Generic[A_contra, B_co, E_co]):
    """Items of type ``A`` to items of type ``B``: a description, not a run.

    >>> from fstream import Failure, Success, collect, run, source, try_stage
    >>> def parse(text: str) -> Success[int] | Failure[str]:
    ...     return Success(int(text)) if text.isdigit() else Failure(text)
    >>> stage = try_stage(parse).recover(lambda text: -1)
    >>> run(source(["1", "x"]).via(stage).to(collect()))
    <Success: (1, -1)>
    """

    node: StageNode

    @overload
    def __rshift__(
        self, other: "Stage[B_co, C, E2]"
    ) -> "Stage[A_contra, C, E_co | E2]": ...
    @overload
    def __rshift__(self, other: Sink[B_co, R, E2]) -> Sink[A_contra, R, E_co | E2]: ...
    def __rshift__(
        self, other: "Stage[B_co, C, E2] | Sink[B_co, R, E2]"
    ) -> "Stage[A_contra, C, E_co | E2] | Sink[A_contra, R, E_co | E2]":
        _check(other, (Stage, Sink), "the right side of >>")
        return self.via(other) if isinstance(other, Stage) else self.to(other)

    def via(self, other: "Stage[B_co, C, E2]") -> "Stage[A_contra, C, E_co | E2]":
        """Continue with ``other``; a lambda in it knows its parameter here."""
        _check(other, (Stage,), "via(other=...)")
        return Stage(chained(self.node, other.node))

    def to(self, other: Sink[B_co, R, E2]) -> Sink[A_contra, R, E_co | E2]:
        """End in ``other``: a sink that begins with this stage."""
        _check(other, (Sink,), "to(other=...)")
        return Sink(Piped(self.node, other.node))

    @overload
    def to_all(
        self, first: Sink[B_co, R1], second: Sink[B_co, R2], /
    ) -> Sink[A_contra, tuple[R1, R2], E_co]: ...
    @overload
    def to_all(
        self, first: Sink[B_co, R1, E1], second: Sink[B_co, R2, E2], /
    ) -> Sink[A_contra, tuple[R1, R2], E_co | E1 | E2]: ...
    @overload
    def to_all(
        self, first: Sink[B_co, R1], second: Sink[B_co, R2], third: Sink[B_co, R3], /
    ) -> Sink[A_contra, tuple[R1, R2, R3], E_co]: ...
    @overload
    def to_all(
        self,
        first: Sink[B_co, R1, E1],
        second: Sink[B_co, R2, E2],
        third: Sink[B_co, R3, E3],
        /,
    ) -> Sink[A_contra, tuple[R1, R2, R3], E_co | E1 | E2 | E3]: ...
    def to_all(
        self, *sinks: Sink[B_co, object, object]
    ) -> Sink[A_contra, object, object]:
        """End in every one of ``sinks``; each item goes to the first one first."""
        return Sink(Piped(self.node, _all(sinks)))

    def recover(self, fn: Callable[[E_co], C]) -> "Stage[A_contra, B_co | C]":
        """Put ``fn(exit)`` in the place of each exit."""
        return Stage(Recover(self.node, Map(fn, label_for(fn, "recover"))))

    def recover_with(
        self, handler: "Stage[E_co, C, E2]"
    ) -> "Stage[A_contra, B_co | C, E2]":
        """Send each exit through ``handler``, in its place."""
        _check(handler, (Stage,), "recover_with(handler=...)")
        return Stage(Recover(self.node, handler.node))

    def named(self, name: str) -> "Stage[A_contra, B_co, E_co]":
        """Name this stage; a chain's stages get ``name/`` before their own."""
        check_name(name, "named(name=...)")
        return Stage(renamed(self.node, name))

    def __repr__(self) -> str:
        return render(self.node)


@final
@value
class Source(Generic[A_co, E_co]):
    """Where items of type ``A`` begin, with the stages after that.

    >>> from fstream import collect, count, map_stage, run, source
    >>> squares = source([2, 3]).via(map_stage(lambda n: n * n))
    >>> run(squares.to_all(collect(), count()))
    <Success: ((4, 9), 2)>
    """

    node: Flow

    @overload
    def __rshift__(self, other: Stage[A_co, C, E2]) -> "Source[C, E_co | E2]": ...
    @overload
    def __rshift__(self, other: Sink[A_co, R, E2]) -> Plan[R, E_co | E2]: ...
    def __rshift__(
        self, other: Stage[A_co, C, E2] | Sink[A_co, R, E2]
    ) -> "Source[C, E_co | E2] | Plan[R, E_co | E2]":
        _check(other, (Stage, Sink), "the right side of >>")
        return self.via(other) if isinstance(other, Stage) else self.to(other)

    def via(self, other: Stage[A_co, C, E2]) -> "Source[C, E_co | E2]":
        """Continue with ``other``; a lambda in it knows its parameter here."""
        _check(other, (Stage,), "via(other=...)")
        return Source(Flow(self.node.origin, chained(self.node.stage, other.node)))

    def to(self, other: Sink[A_co, R, E2]) -> Plan[R, E_co | E2]:
        """End in ``other``: a plan that ``run`` takes."""
        _check(other, (Sink,), "to(other=...)")
        return Plan(Pipeline(self.node, other.node))

    @overload
    def to_all(
        self, first: Sink[A_co, R1], second: Sink[A_co, R2], /
    ) -> Plan[tuple[R1, R2], E_co]: ...
    @overload
    def to_all(
        self, first: Sink[A_co, R1, E1], second: Sink[A_co, R2, E2], /
    ) -> Plan[tuple[R1, R2], E_co | E1 | E2]: ...
    @overload
    def to_all(
        self, first: Sink[A_co, R1], second: Sink[A_co, R2], third: Sink[A_co, R3], /
    ) -> Plan[tuple[R1, R2, R3], E_co]: ...
    @overload
    def to_all(
        self,
        first: Sink[A_co, R1, E1],
        second: Sink[A_co, R2, E2],
        third: Sink[A_co, R3, E3],
        /,
    ) -> Plan[tuple[R1, R2, R3], E_co | E1 | E2 | E3]: ...
    def to_all(self, *sinks: Sink[A_co, object, object]) -> Plan[object, object]:
        """End in every one of ``sinks``; each item goes to the first one first."""
        return Plan(Pipeline(self.node, _all(sinks)))

    def recover(self, fn: Callable[[E_co], C]) -> "Source[A_co | C]":
        """Put ``fn(exit)`` in the place of each exit."""
        handler = Map(fn, label_for(fn, "recover"))
        return Source(Flow(self.node.origin, Recover(self.node.stage, handler)))

    def recover_with(self, handler: Stage[E_co, C, E2]) -> "Source[A_co | C, E2]":
        """Send each exit through ``handler``, in its place."""
        _check(handler, (Stage,), "recover_with(handler=...)")
        recovered = Recover(self.node.stage, handler.node)
        return Source(Flow(self.node.origin, recovered))

    def __repr__(self) -> str:
        return render(self.node)


def check_plan(value: object, argument: str) -> None:
    """Refuse what is no plan."""
    _check(value, (Plan,), argument)


def check_stage(value: object, argument: str) -> None:
    """Refuse what is no stage."""
    _check(value, (Stage,), argument)


def check_source(value: object, argument: str) -> None:
    """Refuse what is no source."""
    _check(value, (Source,), argument)


def _all(sinks: tuple[Sink[Never, object, object], ...]) -> All:
    if not sinks:
        text = "to_all(...) needs at least one sink"
        raise TypeError(text)
    for sink in sinks:
        _check(sink, (Sink,), "each sink of to_all(...)")
    return All(tuple(sink.node for sink in sinks))


def _check(value: object, kinds: tuple[type, ...], argument: str) -> None:
    if isinstance(value, kinds):
        return
    wanted = " or a ".join(kind.__name__ for kind in kinds)
    hint = "; write map_stage(...) around a function" if callable(value) else ""
    text = f"{argument} must be a {wanted}, but got {value!r}{hint}"
    raise TypeError(text)
