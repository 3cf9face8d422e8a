"""The one meaning of operations made of operations, as generated source.

A *straight* operation gives at most one result an item and falls through to
what follows it; any other writes what follows inside its own loops or branches,
and what would be written twice becomes a function of its own.
"""

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import assert_never, final

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Seq
from fstream.compiler.program import Ways
from fstream.compiler.shape import arrested
from fstream.compiler.shape import numbers
from fstream.compiler.shape import parts
from fstream.interpreter.kernel.choice import choice
from fstream.interpreter.kernel.choice import conditions
from fstream.interpreter.kernel.guards import Guards
from fstream.interpreter.kernel.guards import Writing
from fstream.interpreter.kernel.leaves import Leaves
from fstream.interpreter.kernel.leaves import Spot
from fstream.interpreter.kernel.straight import Inside
from fstream.interpreter.kernel.straight import is_straight
from fstream.interpreter.kernel.straight import steps
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.kernel.template import Template
from fstream.interpreter.kernel.writer import FALL
from fstream.interpreter.kernel.writer import At
from fstream.interpreter.kernel.writer import Exit
from fstream.interpreter.kernel.writer import Then
from fstream.plan.choosing import OfPort


@final
@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written, and what follows it."""

    at: At
    then: Then


@final
@dataclass(frozen=True, slots=True)
class Meaning:
    """Writes operations into ``template``."""

    template: Template
    guards: Guards = field(init=False)
    leaves: Leaves = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "guards", Guards(self.template))
        object.__setattr__(self, "leaves", Leaves(self.template))

    def write(self, op: Op, at: At, then: Then) -> None:
        """Write ``op`` for the item at ``at``, and ``then`` for each result."""
        if at.is_deep and not then.falls:
            self._apart(op, at, then)
            return
        match op:
            case Leaf():
                self._leaf(op, at, then)
            case Seq(ops):
                self._seq(ops, at, then)
            case Branch():
                self._branch(op, at, then)
            case Copy():
                self._copy(op, at, then)
            case Ways():
                self._ways(op, at, then)
            case Handle():
                self._handle(op, at, then)
            case Arrest():
                self._arrest(op, at, then)
            case _:
                assert_never(op)

    def _apart(self, op: Op, at: At, then: Then) -> None:
        """Write ``op`` and ``then`` as a function, which begins at the margin."""
        whole = Then(lambda there: self.write(op, there, then), is_short=False)
        self.template.shared(whole, at).write(at)

    def _leaf(
        self, leaf: Leaf, at: At, then: Then, *, guard: int | None = None
    ) -> None:
        self.leaves.write(leaf, Spot(number=leaf.number, at=at, then=then, guard=guard))

    def _seq(self, ops: tuple[Op, ...], at: At, then: Then) -> None:
        for n, op in enumerate(ops):
            if not is_straight(op, _inside(at)):
                self.write(op, at, self._rest(ops[n + 1 :], at, then))
                return
            self.write(op, at, FALL)
        then.write(at)

    def _rest(self, ops: tuple[Op, ...], at: At, then: Then) -> Then:
        return Then(
            lambda there: self._seq(ops, there.out_of(at), then),
            is_short=not ops and then.is_short,
            falls=then.falls,
        )

    def _copy(self, copy: Copy, at: At, then: Then) -> None:
        shared = self.template.shared(then, at)
        for n, arm in enumerate(copy.arms):
            taken = Probe("took", copy.number, n)

            def body(inner: At, arm: Op = arm, taken: Probe = taken) -> None:
                self.template.noting(inner, copy.number)
                self.template.probe(inner, taken)
                self.write(arm, inner, shared)

            once = self.template.until(f"({at.x},)", copy.number)
            self.template.loop(at, once, body, calls=copy.number)

    # ---- branches

    def _branch(
        self, branch: Branch, at: At, then: Then, *, guard: int | None = None
    ) -> None:
        answer = self.template.name("key")
        if guard is None or guard >= len(at.exits):
            self._directly(branch, answer, Place(at, then))
            return
        number, way = branch.number, self.template.name("w")

        def choose(here: At) -> None:
            chosen = f"{way} = {choice(branch, at.x, answer)}"
            self.template.calling(here, chosen, number)
            unwrapped = [n for n, t in enumerate(branch.tests) if isinstance(t, OfPort)]
            if unwrapped:
                here.line(f"if {way} in {(*unwrapped,)}:")
                here.line(f"    {at.x} = {at.x}.item", calls=number)

        go = self._by_way(branch, way, Place(at, then))
        self.guards.guarded(at, guard=guard, stage=number, call=choose, go=go)

    def _directly(self, branch: Branch, answer: str, place: "Place") -> None:
        """Write one ``if`` that asks and takes, where both are in the same net."""
        at, number = place.at, branch.number
        after = self._after(branch, place)
        asked = conditions(branch, at.x, answer)
        self.template.noting(at, number)
        for n, condition in enumerate(asked):
            rest = "else:" if n else "if True:"
            head = rest if condition is None else f"{'el' * (n > 0)}if {condition}:"
            at.suite(head, self._taken(branch, n, after), calls=number)
        if asked[-1] is not None:
            at.line("else:")
            at.line(f"    unrouted({at.x})", calls=number)
        if after is FALL:
            place.then.write(at)

    def _taken(self, branch: Branch, n: int, after: Then) -> Writing:
        arm = self._arm(branch, n, after)

        def body(here: At) -> None:
            if isinstance(branch.tests[n], OfPort):
                here.line(f"{here.x} = {here.x}.item", calls=branch.number)
            arm(here)

        return body

    def _ways(self, ways: Ways, at: At, then: Then) -> None:
        way = self.template.name("w")
        go = self._by_way(ways, way, Place(at, then))
        at.line(f"{way}, {at.x} = {at.x}")
        go(at)

    def _by_way(self, branch: Branch | Ways, way: str, place: "Place") -> Writing:
        """What writes the arms of ``branch``, of which ``way`` says which is taken."""
        after = self._after(branch, place)

        def go(here: At) -> None:
            for n in range(len(branch.arms)):
                is_last = n == len(branch.arms) - 1
                test = "else:" if is_last and n else f"{'el' * (n > 0)}if {way} == {n}:"
                here.suite(test, self._arm(branch, n, after))
            if after is FALL:
                place.then.write(here)

        return go

    def _after(self, branch: Branch | Ways, place: "Place") -> Then:
        """What follows each arm; ``FALL`` if what follows is written below them."""
        straight = all(is_straight(arm, _inside(place.at)) for arm in branch.arms)
        return FALL if straight else self.template.shared(place.then, place.at)

    def _arm(self, branch: Branch | Ways, n: int, after: Then) -> Writing:
        def body(here: At) -> None:
            if n < len(branch.arms) - 1:
                self.template.probe(here, Probe("took", branch.number, n))
            self.write(branch.arms[n], here, after)

        return body

    # ---- handlers

    def _handle(self, handle: Handle, at: At, then: Then) -> None:
        if is_straight(handle, _inside(at)):
            self._handled(steps(handle.body), handle.handler, at)
            then.write(at)
            return
        inside, after = self._inside_handle(handle.handler, at, then)
        self.write(handle.body, inside, after)

    def _inside_handle(self, handler: Op, at: At, then: Then) -> tuple[At, Then]:
        """The place inside of a handler, and what follows it, as functions."""
        after = self.template.shared(then, at)
        handling = self.template.shared(
            Then(
                lambda there: self.write(handler, there.out_of(at), after),
                is_short=False,
            ),
            at,
        )
        return _handled_at(at, handling.write), after

    def _handled(self, body: tuple[Op, ...], handler: Op, at: At) -> None:
        """Write a straight body; both it and its handler fall through."""

        def handling(there: At) -> None:
            self.write(handler, there.out_of(at), FALL)

        inside = _handled_at(at, handling)
        for n, step in enumerate(body):
            if is_straight(step, _inside(inside)):
                self.write(step, inside, FALL)
                continue
            self.write(step, inside, self._later(body[n + 1 :], handler, at))
            return

    def _later(self, body: tuple[Op, ...], handler: Op, at: At) -> Then:
        """What of a straight body follows a step that may exit."""
        return Then(
            lambda there: self._handled(body, handler, there.out_of(at)),
            is_short=False,
            falls=True,
        )

    # ---- arrests

    def _arrest(self, arrest: Arrest, at: At, then: Then) -> None:
        body, up = arrest.body, arrest.up
        if up >= len(at.exits):
            self.write(body, at, then)
        elif is_straight(body, _inside(at)):
            self.guards.guarded(
                at,
                guard=up,
                stage=_NO_STAGE,
                call=lambda inner: self.write(body, inner, FALL),
                go=then.write,
            )
        elif isinstance(body, Leaf):
            self._leaf(body, at, then, guard=up)
        elif isinstance(body, Branch):
            arms = tuple(arrested(arm, up) for arm in body.arms)
            self._branch(Branch(body.number, body.tests, arms), at, then, guard=up)
        else:
            self.write(arrested(body, up), at, then)

    # ---- what follows a stateful stage, for what it gives at the end

    def resume(self, op: Op, at: At, then: Then, *, number: int) -> None:
        """Write what follows stage ``number`` inside ``op``, and then ``then``."""
        match op:
            case Leaf():
                self.template.probe(at, Probe("emitted", number))
                then.write(at)
            case Seq(ops):
                n = next(n for n, part in enumerate(ops) if number in numbers(part))
                rest = self._rest(ops[n + 1 :], at, then)
                self.resume(ops[n], at, rest, number=number)
            case Branch() | Copy() | Ways():
                arm = next(arm for arm in parts(op) if number in numbers(arm))
                self.resume(arm, at, then, number=number)
            case Handle(body, handler):
                if number in numbers(handler):
                    self.resume(handler, at, then, number=number)
                else:
                    inside, after = self._inside_handle(handler, at, then)
                    self.resume(body, inside, after, number=number)
            case Arrest(Leaf() as leaf):
                self.resume(leaf, at, then, number=number)
            case Arrest(Branch(arms=arms), up):
                arm = next(arm for arm in arms if number in numbers(arm))
                self.resume(arrested(arm, up), at, then, number=number)
            case Arrest(body, up):
                self.resume(arrested(body, up), at, then, number=number)
            case _:
                assert_never(op)


_NO_STAGE = -1  # an arrest that reaches a handler is never an open exit


def _inside(at: At) -> Inside:
    return Inside(tuple(way.ends for way in at.exits))


def _handled_at(at: At, handling: Writing) -> At:
    """``at``, inside of one handler more; its exits go to ``handling``."""

    def out(there: At, value: str) -> None:
        if value != there.x:
            there.line(f"{there.x} = {value}")
        handling(there)

    return replace(at, exits=(*at.exits, Exit(out, ends=False)))
