"""A mistake is refused at the call that makes it, in one sentence that names it."""

from collections.abc import Callable
from functools import partial

import pytest

from fstream.api import run
from fstream.combinators.batches import batch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.choices import route_when
from fstream.combinators.coroutines import map_async
from fstream.combinators.coroutines import try_async
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import to_port
from fstream.combinators.limits import take
from fstream.combinators.limits import take_while
from fstream.combinators.merges import merge
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.routes import route
from fstream.combinators.sinks import closed
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import live_source
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.plan.care import Retry
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads
from fstream.plan.named import context

ONE = source([1])
PLAN = ONE.to(count())


def is_odd(item: int) -> bool:
    return item % 2 == 1


KEYED = by(is_odd).of("yes", "no")


async def fetch(item: object) -> object:
    return item


class Client:
    async def __call__(self, item: object) -> object:
        return item


def items() -> list[int]:
    return [1]


FUNCTION = "must be callable, but got 3"
PLAIN = (
    "must be a plain function, but fetch is a coroutine function, which goes into"
    " map_async(fetch, on=tasks(n)) or try_async"
)
AWAITED = "must be a context such as tasks(64), but got"
STAGE = "must be a Stage, but got 3"
SINK = "must be a Sink, but got 3"
MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "map": (lambda: map_stage(3), f"map_stage(fn=...) {FUNCTION}"),
    "map_async": (
        lambda: map_async(3, on=tasks(2)),
        f"map_async(fn=...) {FUNCTION}",
    ),
    "map_async elsewhere": (
        lambda: map_async(fetch, on=threads(2)),
        f"map_async(on=...) {AWAITED} threads(2)",
    ),
    "map_async nowhere": (
        lambda: map_async(fetch, on=None),
        f"map_async(on=...) {AWAITED} None",
    ),
    "try_async": (
        lambda: try_async(3, on=tasks(2)),
        f"try_async(fn=...) {FUNCTION}",
    ),
    "try_async elsewhere": (
        lambda: try_async(fetch, on=inline()),
        f"try_async(on=...) {AWAITED} inline()",
    ),
    "flat_map": (lambda: flat_map_stage(3), f"flat_map_stage(fn=...) {FUNCTION}"),
    "filter": (lambda: filter_stage(3), f"filter_stage(fn=...) {FUNCTION}"),
    "narrow": (lambda: narrow_stage(3), f"narrow_stage(guard=...) {FUNCTION}"),
    "try": (lambda: try_stage(3), f"try_stage(fn=...) {FUNCTION}"),
    "emit": (lambda: emit_stage(3), f"emit_stage(fn=...) {FUNCTION}"),
    "for_each": (lambda: for_each(3), f"for_each(fn=...) {FUNCTION}"),
    "fold": (lambda: fold(0, 3), f"fold(fn=...) {FUNCTION}"),
    "recover": (lambda: ONE.recover(3), f"recover(fn=...) {FUNCTION}"),
    "to_port": (lambda: to_port(3), f"to_port(port=...) {FUNCTION}"),
    "map_result": (lambda: PLAN.map_result(3), f"map_result(fn=...) {FUNCTION}"),
    "source_from": (lambda: source_from(3), f"source_from(make=...) {FUNCTION}"),
    "live_source": (lambda: live_source(3), f"live_source(make=...) {FUNCTION}"),
    "coroutine": (lambda: map_stage(fetch), f"map_stage(fn=...) {PLAIN}"),
    "coroutine partial": (
        lambda: filter_stage(partial(fetch)),
        f"filter_stage(fn=...) {PLAIN}",
    ),
    "coroutine object": (
        lambda: try_stage(Client()),
        f"try_stage(fn=...) {PLAIN.replace('fetch', 'Client')}",
    ),
    "coroutine source": (
        lambda: source_from(fetch),
        "source_from(make=...) must be a plain function, but fetch is a coroutine"
        " function",
    ),
    "on": (
        lambda: map_stage(str, on="threads"),
        "map_stage(on=...) must be a context such as threads(4), but got 'threads'",
    ),
    "on, not called": (
        lambda: map_stage(str, on=inline),
        f"map_stage(on=...) must be a context such as threads(4), but got {inline!r}",
    ),
    "when": (lambda: when(3), f"when(pred=...) {FUNCTION}"),
    "when coroutine": (lambda: when(fetch), f"when(pred=...) {PLAIN}"),
    "by": (lambda: by(3), f"by(key=...) {FUNCTION}"),
    "by coroutine": (lambda: by(fetch), f"by(key=...) {PLAIN}"),
    "no keys": (lambda: by(is_odd).of(), "of(...) needs at least one key"),
    "route_when of nothing": (route_when, "route_when(...) needs at least one"),
    "route_when of a head": (
        lambda: route_when(when(is_odd)),
        "each arm of route_when(...) must be a WhenArm, but got when(is_odd);"
        " continue it by >>, keep() or leave()",
    ),
    "route_when of a case": (
        lambda: route_when(case(int).keep()),
        "each arm of route_when(...) must be a WhenArm, but got case(int)",
    ),
    "route of a choice's arm": (
        lambda: route(when(is_odd).keep()),
        "each case of route(...) must be a Case, but got when(is_odd)",
    ),
    "when via": (lambda: when(is_odd).via(3), f"via(stage=...) {STAGE}"),
    "otherwise": (
        lambda: route_when(when(is_odd).keep()).otherwise(3),
        f"otherwise(stage=...) {STAGE}",
    ),
    "an unfinished choice": (
        lambda: ONE.via(route_when(when(is_odd).keep())),
        "via(other=...) must be a Stage, but got route_when(",
    ),
    "complete without keys": (
        lambda: route_when(when(is_odd).keep()).complete(),
        "complete() needs arms of a by(...).of(...), or else otherwise(...)",
    ),
    "context": (lambda: context(3), "context(name=...) must be text, but got 3"),
    "context's default": (
        lambda: context("cpu", default=context("io")),
        "context(default=...) must be a context such as threads(4), but got"
        " context('io')",
    ),
    "contexts by text": (
        lambda: run(PLAN, contexts={"cpu": threads(2)}),
        "contexts must bind what context(name) gives, but got 'cpu'",
    ),
    "contexts to a name": (
        lambda: run(PLAN, contexts={context("cpu"): context("io")}),
        "contexts[context('cpu')] must be a context such as threads(4), but got"
        " context('io')",
    ),
    "retry": (
        lambda: map_stage(str, retry=3),
        "map_stage(retry=...) must be a Retry, but got 3",
    ),
    "attempts, half": (
        lambda: Retry(1.5),
        "Retry(attempts=...) must be a whole number, but got 1.5",
    ),
    "wait, text": (
        lambda: Retry(2, wait="1 s"),
        "Retry(wait=...) must be a number of seconds, but got '1 s'",
    ),
    "retry on": (
        lambda: Retry(2, on=OSError),
        f"Retry(on=...) must be exception classes, but got {OSError!r}",
    ),
    "retry on what is none": (
        lambda: Retry(2, on=(OSError, int)),
        "Retry(on=...) must be exception classes, but got (<class 'OSError'>, <class"
        " 'int'>)",
    ),
    "timeout, text": (
        lambda: try_stage(str, timeout="soon"),
        "try_stage(timeout=...) must be a number of seconds, but got 'soon'",
    ),
    "name": (lambda: map_stage(str, name=3), "map_stage(name=...) must be text"),
    "named": (lambda: map_stage(str).named(3), "named(name=...) must be text"),
    "source": (
        lambda: source(3),
        "source(items=...) must be a collection, but got 3; source_from(make) takes"
        " a function that makes an iterable",
    ),
    "identity": (lambda: identity(3), "identity(cls=...) must be a class, but got 3"),
    "via": (lambda: ONE.via(3), f"via(other=...) {STAGE}"),
    "via function": (
        lambda: ONE.via(str),
        "via(other=...) must be a Stage, but got <class 'str'>; write map_stage(...)"
        " around a function",
    ),
    ">>": (
        lambda: ONE >> 3,
        "the right side of >> must be a Stage or a Sink, but got 3",
    ),
    "stage >>": (
        lambda: map_stage(str) >> 3,
        "the right side of >> must be a Stage or a Sink, but got 3",
    ),
    "to": (lambda: ONE.to(3), f"to(other=...) {SINK}"),
    "to_all": (lambda: ONE.to_all(count(), 3), f"each sink of to_all(...) {SINK}"),
    "to_all of none": (
        ONE.to_all,
        "to_all(...) needs at least one sink",
    ),
    "recover_with": (
        lambda: ONE.recover_with(3),
        f"recover_with(handler=...) {STAGE}",
    ),
    "divert_to": (lambda: PLAN.divert_to(3), f"divert_to(sink=...) {SINK}"),
    "catch": (lambda: catch(3), f"catch(stage=...) {STAGE}"),
    "attempt": (lambda: attempt(3), f"attempt(stage=...) {STAGE}"),
    "within": (lambda: within(threads(2), 3), f"within(stage=...) {STAGE}"),
    "within first": (
        lambda: within(3, map_stage(str)),
        "within(context=...) must be a context such as threads(4), but got 3",
    ),
    "within None": (
        lambda: within(None, map_stage(str)),
        "within(context=...) must be a context such as threads(4), but got None",
    ),
    "broadcast": (lambda: broadcast(3), f"each arm of broadcast(...) {STAGE}"),
    "broadcast of none": (
        broadcast,
        "broadcast(...) needs at least one arm",
    ),
    "merge": (
        lambda: merge(ONE, 3),
        "each source of merge(...) must be a Source, but got 3",
    ),
    "merge of none": (merge, "merge(...) needs at least one source"),
    "route": (
        lambda: route(3),
        "each case of route(...) must be a Case, but got 3",
    ),
    "route of none": (route, "route(...) needs at least one case"),
    "head": (
        lambda: route(case(int)),
        "each case of route(...) must be a Case, but got case(int); continue it by"
        " >>, keep() or leave()",
    ),
    "case": (lambda: case(3), "case(...) takes classes or one guard, but got (3,)"),
    "case of none": (case, "case(...) takes classes or one guard"),
    "case of both": (
        lambda: case(int, items),
        "case(...) takes classes or one guard",
    ),
    "case >>": (lambda: case(int) >> 3, f"via(stage=...) {STAGE}"),
    "case_port": (
        lambda: case_port(int),
        "case_port(port=...) must be a subclass of Port, but got <class 'int'>",
    ),
    "closed": (lambda: closed(collect()), "closed(plan=...) must be a Plan"),
    "batch": (lambda: batch("3"), "batch(n=...) must be a whole number, but got '3'"),
    "batch of True": (lambda: batch(n=True), "batch(n=...) must be a whole number"),
    "scan": (lambda: scan_stage(0, 3), "scan_stage(fn=...) must be callable"),
    "scan of a coroutine": (
        lambda: scan_stage(0, fetch),
        "scan_stage(fn=...) must be a plain function, but fetch is a coroutine",
    ),
    "scan_by": (lambda: scan_by(3, 0, max), "scan_by(key=...) must be callable"),
    "scan_by fn": (lambda: scan_by(str, 0, 3), "scan_by(fn=...) must be callable"),
    "group_by_key": (
        lambda: group_by_key(2, str),
        "group_by_key(key=...) must be callable, but got 2",
    ),
    "group_by_key size": (
        lambda: group_by_key(str, 2.0),
        "group_by_key(size=...) must be a whole number, but got 2.0",
    ),
    "take": (lambda: take("3"), "take(n=...) must be a whole number, but got '3'"),
    "take of True": (lambda: take(n=True), "take(n=...) must be a whole number"),
    "take_while": (lambda: take_while(3), "take_while(pred=...) must be"),
    "limit_rate": (
        lambda: limit_rate("3/s"),
        "limit_rate(per_second=...) must be a number, but got '3/s'",
    ),
    "drop": (lambda: drop("3"), "drop(n=...) must be a whole number, but got '3'"),
    "distinct": (lambda: distinct(3), "distinct(key=...) must be callable, but got 3"),
    "forks": (lambda: forks(None), "forks(width=...) must be a whole number"),
    "chunk": (lambda: forks(2, "3"), "forks(chunk=...) must be a whole number"),
    "within text": (
        lambda: batch(within="3"),
        "batch(within=...) must be seconds, but got '3'",
    ),
}
VALUES: dict[str, tuple[Callable[[], object], str]] = {
    "batch": (lambda: batch(0), "batch(n=...) must be at least 1, but got 0"),
    "group_by_key": (
        lambda: group_by_key(str, 0),
        "group_by_key(size=...) must be at least 1, but got 0",
    ),
    "take": (lambda: take(0), "take(n=...) must be at least 1, but got 0"),
    "limit_rate": (
        lambda: limit_rate(0),
        "limit_rate(per_second=...) must be more than 0, but got 0",
    ),
    "limit_rate nan": (
        lambda: limit_rate(float("nan")),
        "limit_rate(per_second=...) must be more than 0, but got nan",
    ),
    "drop": (lambda: drop(-1), "drop(n=...) must be at least 0, but got -1"),
    "within": (
        lambda: batch(within=0),
        "batch(within=...) must be more than 0 seconds, but got 0",
    ),
    "within nan": (
        lambda: batch(within=float("nan")),
        "batch(within=...) must be more than 0 seconds, but got nan",
    ),
    "forks": (lambda: forks(0), "forks(width=...) must be at least 1, but got 0"),
    "chunk": (lambda: forks(2, 0), "forks(chunk=...) must be at least 1, but got 0"),
    "attempts": (lambda: Retry(0), "Retry(attempts=...) must be at least 1, but got 0"),
    "wait": (
        lambda: Retry(2, wait=-1),
        "Retry(wait=...) must be at least 0 seconds, but got -1",
    ),
    "deaths": (
        lambda: Retry(2, deaths=-1),
        "Retry(deaths=...) must be at least 0, but got -1",
    ),
    "timeout": (
        lambda: filter_stage(str, timeout=0),
        "filter_stage(timeout=...) must be more than 0 seconds, but got 0",
    ),
    "delivery": (
        lambda: flat_map_stage(str, delivery="exactly_once"),
        "flat_map_stage(delivery=...) must be 'rerun' or 'at_most_once', but got"
        " 'exactly_once'",
    ),
    "delivery and deaths": (
        lambda: emit_stage(str, delivery="at_most_once", retry=Retry(1, deaths=2)),
        "emit_stage(retry=...) must forgive no deaths with delivery='at_most_once',"
        " but got Retry(1, deaths=2)",
    ),
    "recycle": (
        lambda: processes(2, recycle=0),
        "processes(recycle=...) must be at least 1, but got 0",
    ),
    "context": (lambda: context(""), "context(name=...) must not be empty"),
    "contexts twice": (
        lambda: run(
            PLAN,
            contexts={
                context("cpu"): inline(),
                context("cpu", default=inline()): threads(2),
            },
        ),
        "contexts must bind one context to 'cpu', but got two",
    ),
    "a key that is none": (
        lambda: by(is_odd).of("yes", "no")("on"),
        "by(key)(value=...) must be one of 'yes', 'no', but got 'on'",
    ),
    "a missing key": (
        lambda: route_when(KEYED("yes").keep()).complete(),
        "complete() must have an arm for every key, but has none for 'no'",
    ),
    "missing keys": (
        lambda: route_when(by(is_odd).of(1, 2, 3)(2).keep()).complete(),
        "complete() must have an arm for every key, but has none for 1, 3",
    ),
    "keys of another function": (
        lambda: route_when(KEYED("yes").keep(), by(len)("no").keep()).complete(),
        "complete() must have an arm for every key, but has none for 'no'",
    ),
    "name": (lambda: map_stage(str, name=""), "map_stage(name=...) must not be empty"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_value_of_another_type_is_refused(mistake: str) -> None:
    call, sentence = MISTAKES[mistake]

    with pytest.raises(TypeError) as refused:
        call()

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("mistake", VALUES)
def test_a_value_out_of_bounds_is_refused(mistake: str) -> None:
    call, sentence = VALUES[mistake]

    with pytest.raises(ValueError, match=r"must") as refused:
        call()

    assert str(refused.value) == sentence
