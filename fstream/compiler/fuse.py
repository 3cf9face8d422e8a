"""Fusion: neighbours in one context become one segment.

Where an operation cannot be fused it is cut. A cut stream is *tagged*: items
are ``(0, item)``, and what exits to the k-th handler outside is ``(k, exit)``;
a split sends each tag its way and joins the results again::

    recover(a @ p >> b @ q, h)  =  [a] split(0: [b] ..., 1: ) split(0: , 1: [h])

So exits travel in order with the items, and no segment has two ways out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never, final

from fstream.compiler.program import Arrest
from fstream.compiler.program import Branch
from fstream.compiler.program import Copy
from fstream.compiler.program import Handle
from fstream.compiler.program import Leaf
from fstream.compiler.program import Line
from fstream.compiler.program import Op
from fstream.compiler.program import Replicate
from fstream.compiler.program import Scatter
from fstream.compiler.program import Segment
from fstream.compiler.program import Seq
from fstream.compiler.program import Split
from fstream.compiler.program import StageEntry
from fstream.compiler.program import Ways
from fstream.compiler.shape import arrested
from fstream.compiler.shape import bursts
from fstream.compiler.shape import is_begun
from fstream.compiler.shape import is_paced
from fstream.compiler.shape import is_stateful
from fstream.compiler.shape import numbers
from fstream.compiler.shape import parts
from fstream.compiler.shape import reach
from fstream.plan.contexts import Context
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes


@final
@dataclass(frozen=True, slots=True)
class Cut:
    """A line whose results have tags ``0 .. ways - 1``, or none (one way)."""

    line: Line
    ways: int


def fuse(op: Op, entries: tuple[StageEntry, ...]) -> tuple[Line, tuple[Segment, ...]]:
    """Cut ``op`` into as few segments as its contexts allow."""
    is_all_here = all(entry.context == Inline() for entry in entries)
    fusing = _Fusing(entries, [], keeps_pace=is_paced(op) and not is_all_here)
    cut = fusing.cut(op, 0)
    return cut.line, tuple(fusing.segments)


@dataclass(slots=True)
class _Fusing:
    entries: tuple[StageEntry, ...]
    segments: list[Segment]
    keeps_pace: bool

    def cut(self, op: Op, handlers: int) -> Cut:
        """Cut ``op``, of whose exits ``handlers`` handlers outside take some."""
        context = self._only_context(op)
        if context is not None:
            return self._segment(op, context, handlers)
        match op:
            case Seq(ops):
                return self._chain(self._runs(ops, handlers), handlers)
            case Handle(body, handler):
                inside = self.cut(body, handlers + 1)
                if inside.ways == 1:
                    return inside
                return _handled(inside, self.cut(handler, handlers))
            case Branch() | Arrest(Branch()):
                return self._scattered(*_forked(op, handlers), handlers)
            case Arrest():
                return self.cut(_spread(op, handlers), handlers)
            case Copy(number, arms):
                head = Leaf(number, Replicate(len(arms)))
                return self._scattered(head, arms, handlers)
            case Ways(_, arms):
                return self._split(arms, handlers)
            case Leaf():
                text = "a leaf has exactly one context"
                raise AssertionError(text)
            case _:
                assert_never(op)

    def _only_context(self, op: Op) -> Context | None:
        """The context in which all of ``op`` can run as one, if there is one.

        What only wraps items goes with its neighbours, and never alone to a worker.
        What waits for its turn comes one by one, so that it can go on one by one.
        """
        stages = [number for number in numbers(op) if self.entries[number].kind]
        found = {self._context(op, number) for number in stages} or {Inline()}
        if len(found) > 1 or (self.keeps_pace and bursts(op)):
            return None
        context = found.pop()
        if context == Inline():
            return context
        loses = isinstance(context, Processes | Forks) or any(
            self.entries[number].label.care.timeout is not None for number in stages
        )
        stays = is_stateful(op) or is_begun(op)
        return None if stays or (loses and _has_fence(op)) else context

    def _context(self, op: Op, number: int) -> Context:
        copies = isinstance(op, Leaf) and isinstance(op.node, Replicate)
        return Inline() if copies else self.entries[number].context

    def _segment(self, op: Op, context: Context, handlers: int) -> Cut:
        if op == Seq(()):
            return Cut((), 1)
        ways = min(reach(op), handlers)
        stages = numbers(op)
        segment = Segment(
            number=len(self.segments),
            context=context,
            op=op,
            exits=ways,
            stages=stages,
            labels=tuple(self.entries[number].label for number in stages),
        )
        self.segments.append(segment)
        return Cut((segment,), ways + 1)

    def _runs(self, ops: tuple[Op, ...], handlers: int) -> tuple[Op, ...]:
        """Join neighbours of ``ops`` that fit into one segment."""
        runs: list[Op] = []
        for op in self._flat(ops, handlers):
            joined = Seq((*_steps(runs[-1]), op)) if runs else op
            if runs and self._only_context(joined) is not None:
                runs[-1] = joined
            else:
                runs.append(op)
        return tuple(runs)

    def _flat(self, ops: tuple[Op, ...], handlers: int) -> Iterator[Op]:
        """``ops``, with the steps of sequences that must be cut in their place."""
        for op in ops:
            if self._only_context(op) is not None:
                yield op
                continue
            match op:
                case Seq(steps):
                    yield from self._flat(steps, handlers)
                case Handle(body) if not reach(body):
                    yield from self._flat((body,), handlers)
                case Arrest(Seq() | Handle()):
                    yield from self._flat((_spread(op, handlers),), handlers)
                case _:
                    yield op

    def _chain(self, runs: tuple[Op, ...], handlers: int) -> Cut:
        first, rest = None, runs[1:]
        if rest:
            first = self._together(runs[0], rest[0], handlers)
        if first is None:
            first = self.cut(runs[0], handlers)
        else:
            rest = rest[1:]
        return _then(first, self._chain(rest, handlers)) if rest else first

    def _together(self, run: Op, op: Op, handlers: int) -> Cut | None:
        """``run`` and ``op``, which must be cut, if it begins where ``run`` runs."""
        if self._only_context(Seq((*_steps(run), _beginning(op)))) is None:
            return None
        match op:
            case Branch() | Arrest(Branch()):
                head, arms = _forked(op, handlers)
                return self._scattered(Seq((*_steps(run), head)), arms, handlers)
            case Handle(body, handler) if not reach(run):
                grown = Handle(Seq((*_steps(run), *_steps(body))), handler)
                return self.cut(grown, handlers)
            case _:
                return None

    def _scattered(self, head: Op, arms: tuple[Op, ...], handlers: int) -> Cut:
        tagging = self.cut(head, handlers)
        return _then(tagging, self._split(arms, handlers))

    def _split(self, arms: tuple[Op, ...], handlers: int) -> Cut:
        cuts = tuple(self.cut(arm, handlers) for arm in arms)
        ways = max(cut.ways for cut in cuts)
        tags = tuple(0 if ways > 1 and cut.ways == 1 else None for cut in cuts)
        return Cut((Split(tuple(cut.line for cut in cuts), tags),), ways)


def _spread(arrest: Arrest, handlers: int) -> Op:
    """``arrest`` with itself in each of its parts, or gone where nothing handles."""
    if arrest.up >= handlers:
        return arrest.body
    return arrested(arrest.body, arrest.up)


def _forked(op: Branch | Arrest, handlers: int) -> tuple[Op, tuple[Op, ...]]:
    """What chooses the arm, and the arms, of a route that is cut."""
    match op:
        case Branch(number, tests, arms):
            return Leaf(number, Scatter(tests)), arms
        case Arrest(Branch() as branch, up):
            head, arms = _forked(branch, handlers)
            if up >= handlers:
                return head, arms
            return Arrest(head, up), tuple(arrested(arm, up) for arm in arms)
        case _:
            text = "only a route is forked"
            raise AssertionError(text)


def _beginning(op: Op) -> Op:
    """What of ``op`` comes first, where it is cut."""
    match op:
        case Branch() | Arrest(Branch()):
            return _forked(op, 0)[0]
        case Handle(body) | Arrest(Seq() | Handle() as body) if _steps(body):
            return _beginning(_steps(body)[0])
        case _:
            return op


def _steps(run: Op) -> tuple[Op, ...]:
    return run.ops if isinstance(run, Seq) else (run,)


def _has_fence(op: Op) -> bool:
    """Whether a handler in ``op`` waits for failures that a worker cannot tell."""
    if isinstance(op, Handle) and reach(op.body) and _has_arrest(op.body):
        return True
    return any(_has_fence(part) for part in parts(op))


def _has_arrest(op: Op) -> bool:
    return isinstance(op, Arrest) or any(_has_arrest(part) for part in parts(op))


def _then(first: Cut, rest: Cut) -> Cut:
    """``rest`` after ``first``, with the exits of ``first`` going round it."""
    if first.ways == 1:
        return Cut(first.line + rest.line, rest.ways)
    main = None if rest.ways > 1 else 0
    around = tuple(range(1, first.ways))
    split = Split((rest.line, *(() for _ in around)), (main, *around))
    return Cut((*first.line, split), max(first.ways, rest.ways))


def _handled(body: Cut, handler: Cut) -> Cut:
    """The exits of ``body`` through ``handler``; those further out go on."""
    ways = max(handler.ways, body.ways - 1)
    plain = None if ways == 1 else 0
    caught = None if handler.ways > 1 else plain
    outer = tuple(range(1, body.ways - 1))
    lines = ((), handler.line, *(() for _ in outer))
    return Cut((*body.line, Split(lines, (plain, caught, *outer))), ways)
