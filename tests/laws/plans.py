"""Whole plans that hypothesis draws, over everything that a plan may contain."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from functools import reduce
from typing import TypeVar

from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import Case
from fstream.combinators.cases import CaseHead
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.choices import route_when
from fstream.combinators.coroutines import map_async
from fstream.combinators.coroutines import try_async
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.limits import take
from fstream.combinators.limits import take_while
from fstream.combinators.merges import merge
from fstream.combinators.predicates import By
from fstream.combinators.predicates import When
from fstream.combinators.predicates import WhenArm
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.resources import using
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
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
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads
from fstream.plan.named import context
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from tests.laws.work import Alpha
from tests.laws.work import Answers
from tests.laws.work import Awaits
from tests.laws.work import Bag
from tests.laws.work import Begins
from tests.laws.work import Beta
from tests.laws.work import Emits
from tests.laws.work import Every
from tests.laws.work import Folds
from tests.laws.work import Gamma
from tests.laws.work import Grumpy
from tests.laws.work import Hollow
from tests.laws.work import Judged
from tests.laws.work import Keeps
from tests.laws.work import Keys
from tests.laws.work import Makes
from tests.laws.work import Many
from tests.laws.work import Names
from tests.laws.work import Offered
from tests.laws.work import Raises
from tests.laws.work import Refusing
from tests.laws.work import Takes
from tests.laws.work import Tries
from tests.laws.work import offered

AWKWARD = (
    *("value error", "key error", "stop", "exit", "generator exit", "odd base"),
    *("no arguments", "multi-line", "builtin", "caused", "during", "hidden", "noted"),
    *("grouped", "local class", "classic", "keyword-only", "unpicklable"),
    *("raising reduce", "raising repr", "raising str", "exiting str", "wrong notes"),
    *("cyclic", "self-caused", "prefixing", "raising getattr", "syntax", "metaclass"),
    *("raising getattribute", "recursing getattr", "exit object", "notes of objects"),
    *("odd syntax", "surrogates", "unicode", "text of a subclass", "wrong str"),
    *("dict subclass", "exit silent", "os error"),
)
HOUR = 3600.0
T = TypeVar("T")

# ---- places

BOUND = {context("cpu"): processes(2), context("net"): tasks(2)}
"""What every run binds; ``io`` is left to its default."""

PLACES: st.SearchStrategy[Context | NamedContext] = st.sampled_from(
    [
        *(inline(), threads(1), threads(2), threads(3), tasks(1), tasks(3)),
        *(processes(1), processes(2), forks(2)),
        *(context("cpu", default=forks(1)), context("io", default=threads(2))),
    ]
)
TASKS = st.one_of(st.builds(tasks, st.integers(1, 4)), st.just(context("net")))
MAYBE_PLACES = st.one_of(st.none(), st.none(), PLACES)

# ---- functions

EVERY = st.builds(Every, st.integers(2, 5), st.integers(0, 4))
RARELY = st.builds(Every, st.integers(5, 13), st.integers(0, 8))
SOMEHOW = st.one_of(RARELY, RARELY, EVERY)
WHAT = st.sampled_from(AWKWARD)
MAYBE_WHAT = st.one_of(st.none(), st.none(), st.none(), WHAT)
MAKES = st.builds(
    Makes,
    st.sampled_from(
        [
            *("int", "int", "same", "same", "none", "tuple", "list", "text"),
            *("port", "below"),
        ]
    ),
    st.integers(0, 3),
)
RAISES = st.builds(Raises, WHAT, SOMEHOW)
MANY = st.builds(
    Many,
    st.integers(2, 5),
    st.sampled_from(
        [
            "lazy",
            "lazy",
            "lazy",
            "list",
            "list",
            "tuple",
            "text",
            "none",
            "stops",
            "old",
        ]
    ),
    MAYBE_WHAT,
    st.integers(0, 3),
)
KEEPS = st.builds(Keeps, SOMEHOW, MAYBE_WHAT)
TRIES = st.builds(Tries, EVERY, RARELY)
EMITS = st.builds(
    Emits,
    st.integers(2, 6),
    st.integers(0, 4),
    st.sampled_from([False, False, True]),
    MAYBE_WHAT,
)
KEYS = st.builds(Keys, st.integers(1, 7), SOMEHOW, MAYBE_WHAT)
SCANS = st.one_of(st.just(Folds()), st.builds(Folds, SOMEHOW, WHAT))
VALUES = st.builds(
    Makes, st.sampled_from(["int", "none", "tuple", "list", "text"]), st.integers(0, 3)
)
TAKES = st.builds(Takes, EVERY, MAYBE_WHAT)
NAMES = st.builds(
    Names, st.integers(2, 4), MAYBE_WHAT, st.sampled_from([False, False, True])
)


def _by_value(fn: Callable[[object], object]) -> Callable[[object], object]:
    """``fn`` in a closure, which travels as code."""

    def inner(item: object) -> object:
        return fn(item)

    return inner


def _awaits(
    fns: st.SearchStrategy[Callable[[object], object]],
) -> st.SearchStrategy[Awaits]:
    return st.builds(Awaits, fns, st.integers(0, 2))


MAPS = st.one_of(MAKES, RAISES, MAKES, MAKES.map(_by_value), RAISES.map(partial))

# ---- stages


def _any(draw: st.DrawFn, ways: dict[Callable[[], T], int]) -> T:
    """One of ``ways``, each so often as its number says; shrinks to the first."""
    weighted = [way for way, times in ways.items() for _ in range(times)]
    return draw(st.sampled_from(weighted))()


RETRIES = st.builds(
    Retry,
    st.integers(1, 3),
    on=st.sampled_from([(Exception,), (ValueError, KeyError), (BaseException,)]),
)
CARES = st.fixed_dictionaries(
    {},
    optional={
        "retry": RETRIES,
        "timeout": st.just(HOUR),
        "delivery": st.just("at_most_once"),
    },
)
MAYBE_CARES = st.one_of(st.just({}), st.just({}), st.just({}), CARES)


def _told(
    draw: st.DrawFn,
    places: st.SearchStrategy[Context | NamedContext | None] = MAYBE_PLACES,
) -> dict[str, object]:
    """What a stage that calls a function is told besides, at random."""
    return {"on": draw(places), **draw(MAYBE_CARES)}


@st.composite
def leaves(draw: st.DrawFn) -> Stage:
    return _any(
        draw,
        {
            lambda: map_stage(draw(MAPS), **_told(draw)): 6,
            lambda: map_async(draw(_awaits(MAPS)), **_told(draw, TASKS)): 2,
            lambda: flat_map_stage(draw(MANY), **_told(draw)): 4,
            lambda: using(offered).map_stage(Offered(draw(MAPS)), **_told(draw)): 1,
            lambda: using(offered).try_stage(Offered(draw(TRIES)), **_told(draw)): 1,
            lambda: filter_stage(draw(KEEPS), **_told(draw)): 3,
            lambda: narrow_stage(draw(TAKES), **_told(draw)): 1,
            lambda: try_stage(draw(TRIES), **_told(draw)): 3,
            lambda: try_async(draw(_awaits(TRIES)), **_told(draw, TASKS)): 1,
            lambda: emit_stage(draw(EMITS), **_told(draw)): 4,
            lambda: batch(draw(st.integers(1, 4)), within=draw(MAYBE_HOUR)): 3,
            lambda: draw(keeping()): 4,
            unbatch: 1,
            lambda: to_port(draw(st.sampled_from([Alpha, Gamma, Hollow, Refusing]))): 1,
            leave: 1,
            lambda: identity(int): 1,
        },
    )


@st.composite
def keeping(draw: st.DrawFn) -> Stage:
    return _any(
        draw,
        {
            lambda: scan_stage(0, draw(SCANS)): 2,
            lambda: drop(draw(st.integers(0, 4))): 1,
            lambda: limit_rate(1e9): 1,
            lambda: distinct(draw(KEYS)): 2,
            lambda: take(draw(st.integers(1, 6))): 2,
            lambda: take_while(draw(KEEPS)): 1,
            lambda: scan_by(draw(KEYS), 0, draw(SCANS)): 2,
            lambda: group_by_key(draw(KEYS), draw(st.integers(1, 4))): 2,
            # What equals what must not depend on where it was made.
            lambda: map_stage(draw(VALUES), on=draw(MAYBE_PLACES)) >> distinct(): 1,
        },
    )


MAYBE_HOUR = st.sampled_from([None, HOUR])


@st.composite
def stages(draw: st.DrawFn, size: int = 8) -> Stage:
    """A stage of about ``size`` leaves, nested in any way."""
    if size <= 1:
        return draw(leaves())
    half = draw(st.integers(1, size - 1))
    one = partial(_drawn, draw, half)
    other = partial(_drawn, draw, size - half)
    whole = partial(_drawn, draw, size - 1)
    return _any(
        draw,
        {
            lambda: one() >> other(): 9,
            lambda: one().recover_with(other()): 3,
            lambda: catch(one()).recover_with(other()): 4,
            lambda: _routed(draw, size): 4,
            lambda: _chosen(draw, size): 4,
            lambda: broadcast(*_several(draw, size)): 4,
            lambda: catch(whole()): 1,
            lambda: attempt(whole()): 1,
            lambda: catch(whole()).recover(draw(MAPS)): 2,
            lambda: within(draw(PLACES), whole()): 4,
            lambda: whole().named("again"): 1,
            lambda: batch(2) >> whole() >> unbatch(): 1,
        },
    )


@st.composite
def chains(draw: st.DrawFn) -> Stage:
    """Stages that fail, drop and add often, each in a place of its own."""
    often = st.builds(Every, st.integers(2, 4), st.integers(0, 3))
    links: dict[Callable[[], Stage], int] = {
        lambda: map_stage(Raises("value error", draw(often)), on=draw(PLACES)): 4,
        lambda: flat_map_stage(draw(MANY), on=draw(PLACES)): 3,
        lambda: filter_stage(Keeps(draw(often)), on=draw(PLACES)): 2,
        lambda: try_stage(Tries(draw(often), draw(often)), on=draw(PLACES)): 2,
        lambda: emit_stage(draw(EMITS), on=draw(PLACES)): 1,
        lambda: batch(draw(st.integers(1, 3))) >> unbatch(): 1,
        lambda: take(draw(st.integers(1, 9))): 1,
    }
    found = [_any(draw, links) for _ in range(draw(st.integers(2, 5)))]
    return reduce(Stage.via, found)


def _drawn(draw: st.DrawFn, size: int) -> Stage:
    return draw(stages(size))


def _several(draw: st.DrawFn, size: int) -> list[Stage]:
    arms = draw(st.integers(1, 3))
    return [_drawn(draw, max(1, size // arms)) for _ in range(arms)]


def _routed(draw: st.DrawFn, size: int) -> Stage:
    arms = draw(st.integers(1, 3))
    cases = [_case(draw, max(1, size // arms)) for _ in range(arms)]
    if draw(st.booleans()):
        cases.append(case(object).keep())
    return route(*cases)


def _case(draw: st.DrawFn, size: int) -> Case:
    heads: list[CaseHead] = [
        case(int),
        case(str, tuple),
        case(Judged),
        case(draw(TAKES)),
        case_port(Alpha),
        case_port(Beta),
        case_port(Gamma),
        case_port(Hollow),
    ]
    head = draw(st.sampled_from(heads))
    ends = [lambda: head >> _drawn(draw, size), head.keep, head.leave]
    return draw(st.sampled_from(ends))()


def _chosen(draw: st.DrawFn, size: int) -> Stage:
    """A choice by predicates and by up to two keys, in any order."""
    several = draw(st.integers(1, 4))
    inner = partial(_drawn, draw, max(1, size // several))
    keys = [by(draw(NAMES)), by(draw(NAMES)).of(*range(4))]
    arms = [_arm(draw, keys, inner) for _ in range(several)]
    if draw(st.booleans()):
        return route_when(*arms).otherwise(inner())
    every = (keys[1](n).keep() for n in range(4))
    return route_when(*arms, *every).complete()


def _arm(draw: st.DrawFn, keys: list[By], inner: Callable[[], Stage]) -> WhenArm:
    heads: list[Callable[[], When]] = [
        lambda: when(draw(TAKES)),
        lambda: draw(st.sampled_from(keys))(draw(st.integers(0, 3))),
    ]
    head = draw(st.sampled_from(heads))()
    ends = [lambda: head >> inner(), head.keep, head.leave]
    return draw(st.sampled_from(ends))()


# ---- sources

ODD = st.one_of(
    st.sampled_from(
        [None, "", "abc", (), (1, 2), [3], (None,), Alpha(1), Gamma(Alpha(2)), True]
    ),
    st.builds(Grumpy),
)
ITEMS = st.one_of(
    st.lists(st.integers(0, 20), max_size=12),
    st.lists(st.one_of(st.integers(-3, 20), ODD), min_size=2, max_size=30),
    st.integers(5, 120).map(lambda n: list(range(n))),
)
BEGINNINGS = st.one_of(
    st.builds(source, ITEMS),
    st.builds(lambda n: source(range(n)), st.integers(0, 60)),
    st.builds(
        lambda items, short, what: source(Bag(tuple(items), short, what)),
        ITEMS,
        st.integers(0, 3),
        MAYBE_WHAT,
    ),
    st.builds(
        lambda begin, items, how, what, after: begin(
            Begins(tuple(items), how, what, after)
        ),
        st.sampled_from([source_from, source_from, live_source]),
        ITEMS,
        st.sampled_from(["lazy", "lazy", "list", "call"]),
        MAYBE_WHAT,
        st.integers(0, 40),
    ),
)


SIZES = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 9, 10, 11, 12])


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """A source with stages after it."""
    size = draw(SIZES)
    begin = _begun(draw, size)
    if not size:
        return begin
    flow = begin >> draw(st.one_of(stages(size), stages(size), chains()))
    return _any(
        draw,
        {
            lambda: flow: 3,
            lambda: flow.recover(draw(MAPS)): 1,
            lambda: flow.recover_with(draw(stages(2))): 1,
        },
    )


def _begun(draw: st.DrawFn, size: int) -> Source:
    """A source, or several of them that are merged."""
    return _any(
        draw, {lambda: draw(BEGINNINGS): 3, lambda: draw(merged_sources(size // 2)): 1}
    )


@st.composite
def merged_sources(draw: st.DrawFn, size: int = 3) -> Source:
    """Some sources as one; each of them may have stages, and may be several."""
    several = range(draw(st.integers(1, 3)))
    return merge(*(_one_of_several(draw, size) for _ in several))


def _one_of_several(draw: st.DrawFn, size: int) -> Source:
    begin = _begun(draw, size)
    if not size:
        return begin
    flow = begin >> draw(stages(draw(st.integers(1, size))))
    return _any(
        draw,
        {
            lambda: begin: 2,
            lambda: flow: 2,
            lambda: flow.recover(draw(MAPS)): 1,
        },
    )


# ---- sinks and plans


@st.composite
def sinks(draw: st.DrawFn, size: int = 4) -> Sink:
    if not size:
        return draw(_ends())
    inner = partial(_drawn, draw, size)
    return _any(
        draw,
        {
            lambda: draw(_ends()): 2,
            lambda: inner() >> draw(_ends()): 2,
            lambda: inner().to_all(draw(_ends()), draw(sinks(size // 2))): 1,
            lambda: identity(int).to_all(draw(_ends()), draw(sinks(1)), collect()): 1,
        },
    )


@st.composite
def _ends(draw: st.DrawFn) -> Sink:
    rare = st.one_of(RARELY, st.builds(Every, st.just(90), st.integers(0, 89)))
    return _any(
        draw,
        {
            collect: 3,
            lambda: fold(0, Folds()): 2,
            count: 1,
            drain: 1,
            lambda: fold(0, Folds(draw(rare), draw(WHAT))): 1,
            lambda: for_each(draw(RAISES)): 1,
            lambda: fold(0, Folds()).map_result(
                Answers(draw(MOSTLY_NOT), draw(WHAT))
            ): 1,
        },
    )


MOSTLY_NOT = st.sampled_from([False, False, False, True])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A closed plan; its exits are handled, diverted, or left open."""
    begin = draw(sources())
    return _any(
        draw,
        {
            lambda: begin >> collect(): 3,
            lambda: begin >> draw(sinks()): 2,
            lambda: begin.to_all(collect(), draw(sinks())): 1,
            lambda: _diverted(draw, begin >> draw(sinks())): 2,
            lambda: (begin >> draw(sinks(2))).map_result(Answers(breaks=False)): 1,
            lambda: _diverted(draw, _diverted(draw, begin >> draw(sinks()))): 1,
        },
    )


def _diverted(draw: st.DrawFn, plan: Plan) -> Plan:
    return plan.divert_to(draw(sinks(2)))


TOLERANCES: st.SearchStrategy[int | Fraction] = st.sampled_from(
    [
        *(1_000_000, 1_000_000, 1_000_000, 0, 1, 2, 3, 7, 20),
        *(Fraction(1, 2), Fraction(1, 10), Fraction(0)),
    ]
)
PREFIXES = st.integers(1, 40)
RUN_PLACES: st.SearchStrategy[Context | NamedContext | None] = st.one_of(
    PLACES, st.none()
)
