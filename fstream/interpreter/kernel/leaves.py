"""The one meaning of every stage, as generated source.

Each writes what it does to the item in ``at.x``, and then what follows.
"""

from dataclasses import dataclass
from dataclasses import field
from typing import assert_never, final

from fstream.compiler.program import Leaf
from fstream.compiler.program import Replicate
from fstream.compiler.program import Scatter
from fstream.interpreter.kernel.guards import Guards
from fstream.interpreter.kernel.guards import Writing
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.kernel.template import Template
from fstream.interpreter.kernel.writer import At
from fstream.interpreter.kernel.writer import Then
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Wrap
from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Rule
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A stage's place: what follows it, and where its failures exit to, if so."""

    number: int
    at: At
    then: Then
    guard: int | None


@final
@dataclass(frozen=True, slots=True)
class Leaves:
    """Writes stages into ``template``."""

    template: Template
    guards: Guards = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "guards", Guards(self.template))

    def write(self, leaf: Leaf, spot: Spot) -> None:
        """Write ``leaf`` at ``spot``."""
        x = spot.at.x
        match leaf.node:
            case Map() | Scatter():
                self._replace(spot, _call(leaf, x))
            case Wrap():
                spot.at.line(f"{x} = f{leaf.number}({x})")
                spot.then.write(spot.at)
            case Mark(mark):
                spot.at.line(f"{x} = ({mark}, {x})")
                spot.then.write(spot.at)
            case Filter():
                self._filter(spot)
            case Batch():
                self._gather(spot)
            case Keeping(rule):
                self._keep(spot, rule)
            case Try():
                self._try(spot, _call(leaf, x))
            case Leave(port):
                self._leave(spot, x if port is None else f"f{leaf.number}({x})")
            case FlatMap():
                self._each(spot, f"f{leaf.number}({x})")
            case Unbatch() | Replicate():
                self._each(spot, _several(leaf.node, x))
            case Emitting():
                self._emit(spot)
            case _:
                assert_never(leaf.node)

    # ---- at most one result

    def _replace(self, spot: Spot, call: str) -> None:
        self.template.calling(spot.at, f"{spot.at.x} = {call}", spot.number)
        spot.then.write(spot.at)

    def _filter(self, spot: Spot) -> None:
        at, number = spot.at, spot.number
        self.template.calling(at, f"if not f{number}({at.x}):", number)
        at.line(f"    {at.end}")
        self.template.probe(at, Probe("passed", number))
        spot.then.write(at)

    def _keep(self, spot: Spot, rule: Rule) -> None:
        match rule:
            case Scan() | ScanBy() | LimitRate():
                self._replace(spot, f"f{spot.number}({spot.at.x})")
            case Drop() | Distinct() | Take() | TakeWhile():
                self._filter(spot)
            case GroupBy():
                self._gather(spot)
            case _:
                assert_never(rule)

    def _gather(self, spot: Spot) -> None:
        at, number = spot.at, spot.number
        self.template.calling(at, f"{at.x} = f{number}({at.x})", number)
        self.template.accepted(at, number)
        at.line(f"if {at.x} is None:")
        at.line(f"    {at.end}")
        self.template.probe(at, Probe("emitted", number))
        spot.then.write(at)

    def _try(self, spot: Spot, expression: str) -> None:
        number, x = spot.number, spot.at.x
        result = self.template.name("r")

        def call(at: At) -> None:
            self.template.calling(at, f"{result} = {expression}", number)
            at.line(f"is_failure = fails({result})", calls=number)

        def out(at: At) -> None:
            at.line(f"{x} = {result}.failure()")
            self.template.probe(at, Probe("exits", number))
            self.guards.exit(at, x, stage=number)

        def on(at: At) -> None:
            at.line(f"{x} = {result}.unwrap()")
            spot.then.write(at)

        self.guards.guarded(
            spot.at,
            guard=spot.guard,
            stage=number,
            call=call,
            go=lambda at: self.guards.either(at, "if is_failure:", out=out, on=on),
        )

    def _leave(self, spot: Spot, value: str) -> None:
        number, x = spot.number, spot.at.x

        def call(at: At) -> None:
            if value == x:
                self.template.noting(at, number)
            else:
                self.template.calling(at, f"{x} = {value}", number)

        def go(at: At) -> None:
            self.guards.exit(at, x, stage=number)
            if self.guards.ends(at):
                at.line(at.end)

        self.guards.guarded(spot.at, guard=spot.guard, stage=number, call=call, go=go)

    # ---- any number of results

    def _each(self, spot: Spot, items: str) -> None:
        def on(at: At) -> None:
            self.template.probe(at, Probe("emitted", spot.number))
            spot.then.write(at.out_of(spot.at))

        self._loop(spot, items, lambda at: self.template.caught(at, on))

    def _emit(self, spot: Spot) -> None:
        number = spot.number

        def out(at: At) -> None:
            at.line(f"{at.x} = {at.x}.message")
            self.template.probe(at, Probe("exits", number))
            self.guards.exit(at.out_of(spot.at), at.x, stage=number)

        def on(at: At) -> None:
            at.line(f"{at.x} = {at.x}.item")
            self.template.probe(at, Probe("emitted", number))
            spot.then.write(at.out_of(spot.at))

        def child(at: At) -> None:
            at.suite(
                f"if type({at.x}) is Message:",
                lambda inner: self.template.caught(inner, out),
            )
            at.suite(
                f"elif type({at.x}) is Item:",
                lambda inner: self.template.caught(inner, on),
            )
            at.line("else:")
            at.line(f"    not_emitted({at.x})", calls=number)

        self._loop(spot, f"f{number}({spot.at.x})", child)

    def _loop(self, spot: Spot, items: str, child: Writing) -> None:
        """Write ``child`` for each of ``items``, and note where there were none."""
        number, template = spot.number, self.template
        empty = template.name("z")

        def counted(at: At) -> None:
            at.line(f"{empty} = False")
            child(at)

        def loop(at: At) -> None:
            template.noting(at, number)
            at.line(f"{empty} = True")
            template.each(at, template.iterated(items, number), counted, calls=number)
            at.suite(
                f"if {empty}:",
                lambda inner: template.probe(inner, Probe("empty", number)),
            )

        self.guards.guarded(
            spot.at, guard=spot.guard, stage=number, call=loop, go=lambda _: None
        )


def _several(node: Unbatch | Replicate, x: str) -> str:
    """An expression for the items that ``node`` makes of ``x``."""
    match node:
        case Unbatch():
            return x
        case Replicate(ways):
            pairs = ", ".join(f"({way}, {x})" for way in range(ways))
            return f"({pairs},)"


def _call(leaf: Leaf, x: str) -> str:
    """An expression for what the function of ``leaf`` makes of ``x``."""
    match leaf.node:
        case Map(calls="awaiting") | Try(calls="awaiting"):
            return f"await f{leaf.number}({x})"
        case _:
            return f"f{leaf.number}({x})"
