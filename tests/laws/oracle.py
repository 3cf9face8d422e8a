"""The one law, written down once more: naive, recursive, slow.

It reads the nodes of a plan, and nothing of the compiler, the kernel or the
engine: pull one item, push it through the whole plan depth first, then pull the
next. A run ends where ``_Ended`` is raised, and nothing happens after it.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Literal, Never, TypeAlias, assert_never, final

from fstream.plan.care import CARELESS
from fstream.plan.care import Retry
from fstream.plan.choosing import OfClass
from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import OfPort
from fstream.plan.choosing import OfRest
from fstream.plan.choosing import Test
from fstream.plan.emissions import Item
from fstream.plan.emissions import Message
from fstream.plan.labels import Label
from fstream.plan.nodes import All
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Broadcast
from fstream.plan.nodes import ByTurn
from fstream.plan.nodes import Catch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Divert
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Fold
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import MapResult
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Route
from fstream.plan.nodes import Sink
from fstream.plan.nodes import Stage
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Within
from fstream.plan.nodes import Wrap
from fstream.plan.origins import Items
from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Rule
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile
from fstream.result.captured import capture
from fstream.result.errors import SinkFailed
from fstream.result.errors import SourceFailed
from fstream.result.errors import StageFailure
from fstream.result.errors import TooManyFailures
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success
from fstream.result.printable import short_repr

Push: TypeAlias = Callable[[object], None]
Answer: TypeAlias = Callable[[], object]

KEPT = 100


@final
@dataclass(slots=True)
class Visit:
    """What became of one item in one stage."""

    gave: bool = False
    raised: bool = False


@final
@dataclass(slots=True)
class Book:
    """A stage's part of the ledger."""

    label: Label
    kind: str
    visits: list[Visit] = field(default_factory=list)
    emitted: int = 0
    exits: int = 0

    def enter(self) -> Visit:
        self.visits.append(Visit())
        return self.visits[-1]

    def emit(self, visit: Visit) -> None:
        visit.gave = True
        self.emitted += 1

    def exit(self, visit: Visit) -> None:
        visit.gave = True
        self.exits += 1


class _Ended(Exception):  # noqa: N818 - what happened
    """The run is over: nothing that comes later happens."""


class _Enough(Exception):  # noqa: N818 - what happened
    """A limit has ended the source with the item at hand."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by


class _SinkBroke(Exception):  # noqa: N818 - what happened
    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


@dataclass(slots=True)
class Law:
    """One run of ``plan``; everything is in the fields after ``run``.

    ``tolerate`` is as in ``run``, ``None`` for a stream, of which ``up_to``
    outcomes are taken.
    """

    plan: Pipeline
    tolerate: int | Fraction | None
    up_to: int | None = None
    pulled: int = 0
    index: int = 0
    books: list[Book] = field(default_factory=list)
    things: list[Outcome[object, object]] = field(default_factory=list)
    records: list[object] = field(default_factory=list)
    flushes: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    asides: int = 0
    failed: set[int] = field(default_factory=set)
    landed: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    delivered: int = 0
    outcome: Outcome[object, object] | None = None

    def run(self) -> "Law":
        """Run to the end, whatever it is."""
        handlers = _Handlers(self.open, self.record, self.record)
        push = self.stage(self.plan.flow.stage, _later(end := []), handlers)
        taken, answer = self.sink(self.plan.sink, handlers)
        end.append(taken)
        try:
            self.all_items(push)
            self.outcome = self.ending(answer)
        except _Ended:
            self.outcome = self.overspent()
        except _SinkBroke as broke:
            error = SinkFailed(step="call", error=capture(broke.cause))
            self.outcome = Failure(error)
        return self

    def all_items(self, push: Push) -> None:
        if self.up_to == 0:
            raise _Ended
        broken: list[SourceFailed] = []
        by = -1
        for step in _steps(self.plan.flow.origin):
            self.index = self.pulled
            if isinstance(step, Failure):
                broken.append(self.source_failed(*step.failure()))
                continue
            self.pulled += 1
            by = _ended_by(partial(push, step.unwrap()))
            if by >= 0:
                break
        self.index = self.pulled
        for number, flush in self.flushes:
            if number > by:
                by = max(by, _ended_by(flush))
        if self.tolerate is None:
            for error in broken:
                self.tell(Failure(error))

    def source_failed(self, label: Label, exc: BaseException) -> SourceFailed:
        error = SourceFailed(
            source=label.name,
            site=str(label.site),
            index=self.pulled,
            error=capture(exc),
        )
        if self.tolerate is None:
            self.records.append(error)  # a stream tells it last
        else:
            self.spend(error)
        return error

    # ---- what a run comes to

    def ending(self, answer: Answer) -> Outcome[object, object]:
        if isinstance(self.tolerate, Fraction):
            is_met = len(self.records) <= self.tolerate * self.pulled
        else:
            is_met = self.tolerate is None or len(self.records) <= self.tolerate
        if not is_met:
            return Failure(self.too_many())
        try:
            return Success(answer())
        except _SinkBroke as broke:
            return Failure(SinkFailed(step="close", error=capture(broke.cause)))

    def overspent(self) -> Outcome[object, object]:
        if self.tolerate == 0:
            return Failure(self.records[0])
        return Failure(self.too_many())

    def too_many(self) -> TooManyFailures:
        share = isinstance(self.tolerate, Fraction)
        return TooManyFailures(
            count=len(self.records),
            tolerated=f"{self.tolerate}{' of the items' if share else ''}",
            first=tuple(
                _text(record) if n in self.opened else record
                for n, record in enumerate(self.records[:KEPT])
            ),
        )

    # ---- things, in order

    def deliver(self, value: object) -> None:
        self.delivered += 1
        self.landed.add(self.index)
        self.tell(Success(value))

    def open(self, value: object) -> None:
        self.opened.add(len(self.records))
        self.record(value)

    def record(self, failure: object) -> None:
        self.failed.add(self.index)
        self.spend(failure)

    def spend(self, failure: object) -> None:
        self.records.append(failure)
        self.tell(Failure(failure))
        if len(self.records) > self.allowed():
            raise _Ended

    def tell(self, thing: Outcome[object, object]) -> None:
        self.things.append(thing)
        if self.up_to is not None and len(self.things) == self.up_to:
            raise _Ended

    def allowed(self) -> float:
        if self.tolerate is None:
            return float("inf")
        if isinstance(self.tolerate, Fraction):
            length = _length(self.plan.flow.origin)
            return length if length == float("inf") else int(self.tolerate * length)
        return self.tolerate

    # ---- stages

    def stage(self, stage: Stage, out: Push, to: "_Handlers") -> Push:
        """What happens to an item of ``stage``; results go to ``out``."""
        match stage:
            case Chain(steps):
                return self.chain(steps, out, to)
            case Recover(body, handler):
                handling = _later(late := [])
                inside = self.stage(body, out, _Handlers(handling, handling, to.fail))
                late.append(self.aside(handler, out, to))
                return inside
            case Catch(body):
                return self.stage(body, out, _Handlers(to.exit, to.caught, to.caught))
            case Within(_, body):
                return self.stage(body, out, to)
            case Route():
                return self.route(stage, out, to)
            case Broadcast():
                return self.broadcast(stage, out, to)
            case ByTurn(stages):
                ways = [self.aside(each, out, to) for each in stages]
                return lambda pair: ways[pair[0]](pair[1])
            case Wrap(case):
                wrap = Success if case == "success" else Failure
                return lambda item: out(wrap(item))
            case Batch():
                return self.batch(stage, out)
            case Keeping():
                return self.keeping(stage, out, to)
            case Mark():
                raise AssertionError
            case _:
                return self.calling(stage, out, to)

    def aside(self, stage: Stage, out: Push, to: "_Handlers") -> Push:
        """An arm or a handler: what ends there ends nothing else."""
        self.asides += 1
        push = self.stage(stage, out, to)
        self.asides -= 1
        return push

    def aside_sink(self, sink: Sink, to: "_Handlers") -> tuple[Push, Answer]:
        self.asides += 1
        pair = self.sink(sink, to)
        self.asides -= 1
        return pair

    def chain(self, steps: tuple[Stage, ...], out: Push, to: "_Handlers") -> Push:
        late: list[list[Push]] = [[] for _ in steps]
        late.append([out])
        for n, step in enumerate(steps):
            late[n].append(self.stage(step, _later(late[n + 1]), to))
        return late[0][0]

    def book(self, label: Label, kind: str) -> Book:
        self.books.append(Book(label, kind))
        return self.books[-1]

    def route(self, route: Route, out: Push, to: "_Handlers") -> Push:
        book = self.book(route.label, "route")
        arms = [(arm.test, self.aside(arm.stage, out, to)) for arm in route.arms]

        def push(item: object) -> None:
            visit = book.enter()
            try:
                inner, arm = _chosen(item, arms)
            except BaseException as exc:
                self.fail(exc, item, to, book=book, visit=visit)
                return
            book.emit(visit)
            arm(inner)

        return push

    def broadcast(self, broadcast: Broadcast, out: Push, to: "_Handlers") -> Push:
        book = self.book(broadcast.label, "broadcast")
        arms = [self.aside(arm, out, to) for arm in broadcast.arms]
        return _copying(book, arms)

    def batch(self, batch: Batch, out: Push) -> Push:
        assert batch.within is None or batch.within > 1000, "the oracle has no clock"
        book = self.book(batch.label, "batch")
        held: list[object] = []

        def give() -> None:
            items = tuple(held)
            held.clear()
            if items:
                book.emitted += 1
                out(items)

        def push(item: object) -> None:
            book.enter().gave = True
            self.landed.add(self.index)
            held.append(item)
            if len(held) == batch.size:
                give()

        self.flushes.append((len(self.books) - 1, give))
        return push

    def limit(self, keeping: Keeping, out: Push, to: "_Handlers") -> Push:
        rule = keeping.rule
        book = self.book(keeping.label, _KINDS[type(rule)])
        by = len(self.books) - 1
        ends = not self.asides
        passed = 0
        is_over = False

        def push(item: object) -> None:
            nonlocal passed, is_over
            visit = book.enter()
            if is_over:
                return
            try:
                passes = isinstance(rule, Take) or bool(rule.fn(item))
            except BaseException as exc:
                self.fail(exc, item, to, book=book, visit=visit)
                return
            passed += passes
            is_over = not passes or (isinstance(rule, Take) and passed == rule.n)
            if passes:
                book.emit(visit)
                out(item)
            if is_over and ends:
                raise _Enough(by)

        return push

    def keeping(self, keeping: Keeping, out: Push, to: "_Handlers") -> Push:
        if isinstance(keeping.rule, GroupBy):
            return self.grouping(keeping, out, to)
        if isinstance(keeping.rule, Take | TakeWhile):
            return self.limit(keeping, out, to)
        book = self.book(keeping.label, _KINDS[type(keeping.rule)])
        following = _followed(keeping.rule)

        def push(item: object) -> None:
            visit = book.enter()
            try:
                given = following(item)
            except BaseException as exc:
                self.fail(exc, item, to, book=book, visit=visit)
                return
            for each in given:
                book.emit(visit)
                out(each)

        return push

    def grouping(self, keeping: Keeping, out: Push, to: "_Handlers") -> Push:
        book = self.book(keeping.label, _KINDS[type(keeping.rule)])
        key, size = keeping.rule.key, keeping.rule.size
        held: dict[object, list[object]] = {}

        def give(group: object) -> None:
            first = next(each for each in held if each == group)
            book.emitted += 1
            out((first, tuple(held.pop(first))))

        def push(item: object) -> None:
            visit = book.enter()
            try:
                group = key(item)
                held.setdefault(group, []).append(item)
            except BaseException as exc:
                self.fail(exc, item, to, book=book, visit=visit)
                return
            visit.gave = True
            self.landed.add(self.index)
            if len(held[group]) == size:
                give(group)

        def flush() -> None:
            while held:
                give(next(iter(held)))

        self.flushes.append((len(self.books) - 1, flush))
        return push

    def calling(
        self,
        stage: Map | FlatMap | Filter | Try | Emitting | Unbatch | Leave,
        out: Push,
        to: "_Handlers",
    ) -> Push:
        book = self.book(stage.label, _KINDS[type(stage)])
        patient = _Patient(stage)

        def push(item: object) -> None:
            visit = book.enter()
            for step in _given(patient.stage, item):
                if isinstance(step, BaseException):
                    earlier = tuple(patient.earlier)
                    self.fail(step, item, to, book=book, visit=visit, earlier=earlier)
                elif step[0] == "out":
                    book.emit(visit)
                    out(step[1])
                else:
                    book.exit(visit)
                    to.exit(step[1])

        return push

    def fail(
        self,
        exc: BaseException,
        item: object,
        to: "_Handlers",
        *,
        book: Book,
        visit: Visit,
        earlier: tuple[str, ...] = (),
    ) -> None:
        visit.raised = True
        to.fail(
            StageFailure(
                stage=book.label.name,
                site=str(book.label.site),
                step="call",
                index=self.index,
                item=_text(item),
                attempt=len(earlier) + 1,
                earlier=earlier,
                context="the law",
                pid=0,
                effects="complete",
                error=capture(exc),
            )
        )

    # ---- sinks

    def sink(self, sink: Sink, to: "_Handlers") -> tuple[Push, Answer]:
        """What takes items, and what answers at the end."""
        if not _has_stages(sink):
            take, answer = _ending(sink)

            def push(item: object) -> None:
                self.deliver(item)
                take(item)

            return push, answer
        match sink:
            case Piped(stage, inner):
                push = self.stage(stage, _later(late := []), to)
                end, answer = self.sink(inner, to)
                late.append(end)
                return push, answer
            case MapResult(inner, fn):
                push, answer = self.sink(inner, to)
                return push, _mapped(answer, fn)
            case All(sinks):
                book = self.book(self.plan.flow.origin.label, "broadcast")
                pairs = [self.aside_sink(inner, to) for inner in sinks]
                answers = [answer for _, answer in pairs]
                arms = [push for push, _ in pairs]
                return _copying(book, arms), lambda: tuple(a() for a in answers)
            case Divert(stage, main, aside):
                handling = _later(late := [])
                handlers = _Handlers(handling, handling, to.fail)
                push = self.stage(stage, _later(end_late := []), handlers)
                end, answer = self.sink(main, handlers)
                end_late.append(end)
                other, other_answer = self.aside_sink(aside, to)
                late.append(other)
                return push, lambda: (answer(), other_answer())
            case _:
                raise AssertionError


def _ended_by(push: Callable[[], None]) -> int:
    """Which limit has ended the run in ``push``; -1: none."""
    try:
        push()
    except _Enough as enough:
        return enough.by
    return -1


@final
@dataclass(frozen=True, slots=True)
class _Handlers:
    """Where exits go, failures that are caught, and those of the stages here."""

    exit: Push
    caught: Push
    fail: Push


_KINDS: dict[type, str] = {
    Map: "map",
    FlatMap: "flat_map",
    Filter: "filter",
    Try: "try",
    Emitting: "emit",
    Unbatch: "unbatch",
    Leave: "leave",
    Scan: "scan",
    Drop: "drop",
    Distinct: "distinct",
    Take: "take",
    TakeWhile: "take_while",
    ScanBy: "scan_by",
    GroupBy: "group_by_key",
    LimitRate: "limit_rate",
}


def _later(box: list[Push]) -> Push:
    """What will be in ``box`` when the run begins."""

    def push(item: object) -> None:
        box[0](item)

    return push


def _text(item: object) -> str:
    return short_repr(item, 1_000)


_Pulled: TypeAlias = Outcome[object, tuple[Label, BaseException]]


def _steps(origin: Origin) -> Iterator[_Pulled]:
    """The items of the source, one by one; a failure is the last of its source."""
    if isinstance(origin, Merged):
        yield from _alternating(origin.flows)
        return
    try:
        items = iter(origin.items if isinstance(origin, Items) else origin.make())
    except BaseException as exc:
        yield Failure((origin.label, exc))
        return
    while True:
        try:
            item = next(items)
        except StopIteration:
            return
        except BaseException as exc:
            yield Failure((origin.label, exc))
            return
        yield Success(item)


def _alternating(flows: tuple[Flow, ...]) -> Iterator[_Pulled]:
    """One item of each source in turn; it says whose it is where that matters."""
    is_plain = all(flow.stage == Chain(()) for flow in flows)
    going = {number: _steps(flow.origin) for number, flow in enumerate(flows)}
    while going:
        for number, steps in tuple(going.items()):
            for step in steps:
                if isinstance(step, Success):
                    item = step.unwrap()
                    yield Success(item if is_plain else (number, item))
                    break
                yield step
            else:
                del going[number]


def _length(origin: Origin) -> float:
    match origin:
        case Items(items):
            return len(items)
        case Merged(flows):
            return sum(_length(flow.origin) for flow in flows)
        case _:
            return float("inf")


_Step: TypeAlias = tuple[Literal["out", "exit"], object]


class _Patient:
    """A stage whose function is called as often as its label says.

    What a retried or limited function gives is an attempt as a whole: it is collected.
    """

    def __init__(self, stage: Stage) -> None:
        self.earlier: list[str] = []
        self.stage = stage
        care = getattr(getattr(stage, "label", None), "care", CARELESS)
        if care.retry is not None or care.timeout is not None:
            self.fn = stage.fn
            self.retry = care.retry or Retry(1)
            self.collects = isinstance(stage, FlatMap | Emitting)
            self.stage = replace(stage, fn=self.called)

    def called(self, item: object) -> object:
        self.earlier.clear()
        while True:
            try:
                given = self.fn(item)
                return tuple(given) if self.collects else given
            except self.retry.on as exc:
                if len(self.earlier) == self.retry.attempts - 1:
                    raise
                self.earlier.append(capture(exc).headline)


def _given(stage: Stage, item: object) -> Iterator[_Step | BaseException]:
    """What ``stage`` gives for ``item``, one by one; what it raises is the last."""
    try:
        steps = iter(_all_given(stage, item))
    except BaseException as exc:
        yield exc
        return
    while True:
        try:
            step = next(steps)
            if isinstance(stage, Emitting):
                step = _emitted(step)
        except StopIteration:
            return
        except BaseException as exc:
            yield exc
            return
        yield ("out", step) if isinstance(stage, FlatMap | Unbatch) else step


def _all_given(stage: Stage, item: object) -> Iterable[object]:
    match stage:
        case Map(fn):
            return [("out", fn(item))]
        case Filter(fn):
            return [("out", item)] if fn(item) else []
        case Try(fn):
            return [_tried(fn(item))]
        case Leave(port):
            return [("exit", item if port is None else port(item))]
        case FlatMap(fn) | Emitting(fn):
            return fn(item)
        case Unbatch():
            return item
        case _:
            raise AssertionError


def _followed(rule: Rule) -> Callable[[object], list[object]]:
    """What ``rule`` gives for one item after the other."""
    match rule:
        case Scan(init, fn):
            states = [init]

            def following(item: object) -> list[object]:
                states.append(fn(states[-1], item))
                return states[-1:]

            return following
        case ScanBy(key, init, fn):
            by_key: dict[object, object] = {}

            def following(item: object) -> list[object]:
                found = key(item)
                state = by_key.get(found, init)
                by_key[found] = fn(state, item)
                return [(found, by_key[found])]

            return following
        case LimitRate():
            return lambda item: [item]
        case Drop(n):
            dropped: list[object] = []

            def following(item: object) -> list[object]:
                if len(dropped) == n:
                    return [item]
                dropped.append(item)
                return []

            return following
        case Distinct(key):
            seen: set[object] = set()

            def following(item: object) -> list[object]:
                found = item if key is None else key(item)
                if found in seen:
                    return []
                seen.add(found)
                return [item]

            return following
        case _:
            assert_never(rule)


def _tried(result: object) -> _Step:
    if isinstance(result, Success):
        return "out", result.unwrap()
    if isinstance(result, Failure):
        return "exit", result.failure()
    kind = type(result).__name__
    raise TypeError(f"try_stage needs a Success or a Failure, but got {kind}")


def _emitted(thing: object) -> _Step:
    if isinstance(thing, Item):
        return "out", thing.item
    if isinstance(thing, Message):
        return "exit", thing.message
    kind = type(thing).__name__
    raise TypeError(f"emit_stage needs emit(...) or emit_to(...), but got {kind}")


def _chosen(item: object, arms: list[tuple[Test, Push]]) -> tuple[object, Push]:
    answers: dict[int, object] = {}
    for test, push in arms:
        match test:
            case OfClass(classes):
                if isinstance(item, classes):
                    return item, push
            case OfPort(port):
                if isinstance(item, port):
                    return item.item, push
            case OfGuard(guard):
                if guard(item):
                    return item, push
            case OfKey(key, value):
                if id(key) not in answers:
                    answers[id(key)] = key(item)
                if answers[id(key)] == value:
                    return item, push
            case OfRest():
                return item, push
            case _:
                assert_never(test)
    kind = type(item).__name__
    raise TypeError(f"no case of the route takes an item of type {kind}")


def _copying(book: Book, arms: list[Push]) -> Push:
    def push(item: object) -> None:
        visit = book.enter()
        for arm in arms:
            book.emit(visit)
            arm(item)

    return push


def _has_stages(sink: Sink) -> bool:
    match sink:
        case Piped() | Divert():
            return True
        case MapResult(inner):
            return _has_stages(inner)
        case All(sinks):
            return any(_has_stages(inner) for inner in sinks)
        case _:
            return False


def _ending(sink: Sink) -> tuple[Push, Answer]:
    match sink:
        case Collect():
            items: list[object] = []
            return items.append, lambda: tuple(items)
        case Count():
            seen: list[object] = []
            return seen.append, lambda: len(seen)
        case Drain():
            return lambda _: None, lambda: None
        case Fold(init, fn):
            return _folding(init, fn)
        case MapResult(inner, fn):
            push, answer = _ending(inner)
            return push, _mapped(answer, fn)
        case All(sinks):
            pairs = [_ending(inner) for inner in sinks]
            return (
                lambda item: [push(item) for push, _ in pairs] and None,
                lambda: tuple(answer() for _, answer in pairs),
            )
        case _:
            raise AssertionError


def _folding(init: object, fn: Callable[[Never, Never], object]) -> tuple[Push, Answer]:
    state = [init]

    def push(item: object) -> None:
        try:
            state[0] = fn(state[0], item)
        except BaseException as exc:
            raise _SinkBroke(exc) from None

    return push, lambda: state[0]


def _mapped(answer: Answer, fn: Callable[[Never], object]) -> Answer:
    def mapped() -> object:
        inner = answer()
        try:
            return fn(inner)
        except BaseException as exc:
            raise _SinkBroke(exc) from None

    return mapped
