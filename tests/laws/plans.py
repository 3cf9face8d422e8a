"""Whole plans that hypothesis draws, over everything that a plan may contain."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import Case
from fstream.combinators.cases import CaseHead
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from tests.laws.work import Alpha
from tests.laws.work import Answers
from tests.laws.work import Bag
from tests.laws.work import Begins
from tests.laws.work import Beta
from tests.laws.work import Emits
from tests.laws.work import Every
from tests.laws.work import Folds
from tests.laws.work import Gamma
from tests.laws.work import Hollow
from tests.laws.work import Keeps
from tests.laws.work import Makes
from tests.laws.work import Many
from tests.laws.work import Raises
from tests.laws.work import Refusing
from tests.laws.work import Takes
from tests.laws.work import Tries

AWKWARD = (
    *("value error", "key error", "stop", "exit", "generator exit", "odd base"),
    *("no arguments", "multi-line", "builtin", "caused", "during", "hidden", "noted"),
    *("grouped", "local class", "classic", "keyword-only", "unpicklable"),
    *("raising reduce", "raising repr", "raising str", "exiting str", "wrong notes"),
    *("cyclic", "self-caused", "prefixing", "raising getattr", "syntax"),
)
HOUR = 3600.0

# ---- places

PLACES = st.sampled_from(
    [inline(), threads(1), threads(2), threads(3), processes(1), processes(2)]
)
MAYBE_PLACES = st.one_of(st.none(), st.none(), PLACES)

# ---- functions

EVERY = st.builds(Every, st.integers(2, 5), st.integers(0, 4))
RARELY = st.builds(Every, st.integers(5, 9), st.integers(0, 8))
WHAT = st.sampled_from(AWKWARD)
MAYBE_WHAT = st.one_of(st.none(), st.none(), WHAT)
MAKES = st.builds(
    Makes,
    st.sampled_from(
        ["int", "none", "tuple", "list", "text", "port", "below", "same"]
    ),
    st.integers(0, 3),
)
RAISES = st.builds(Raises, WHAT, st.one_of(EVERY, RARELY))
MANY = st.builds(
    Many,
    st.integers(1, 5),
    st.sampled_from(["lazy", "list", "tuple", "text", "none", "stops", "old"]),
    MAYBE_WHAT,
    st.integers(0, 3),
)
KEEPS = st.builds(Keeps, EVERY, MAYBE_WHAT)
TRIES = st.builds(Tries, EVERY, RARELY)
EMITS = st.builds(
    Emits, st.integers(1, 6), st.integers(0, 4), st.booleans(), MAYBE_WHAT
)
TAKES = st.builds(Takes, EVERY, MAYBE_WHAT)


def _by_value(fn: Callable[[object], object]) -> Callable[[object], object]:
    """``fn`` in a closure, which travels as code."""
    return lambda item: fn(item)


MAPS = st.one_of(
    MAKES, RAISES, MAKES.map(_by_value), RAISES.map(lambda fn: partial(fn))
)

# ---- stages


@st.composite
def leaves(draw: st.DrawFn) -> Stage:
    stages: list[Callable[[], Stage]] = [
        lambda: map_stage(draw(MAPS), on=draw(MAYBE_PLACES)),
        lambda: flat_map_stage(draw(MANY), on=draw(MAYBE_PLACES)),
        lambda: filter_stage(draw(KEEPS), on=draw(MAYBE_PLACES)),
        lambda: try_stage(draw(TRIES), on=draw(MAYBE_PLACES)),
        lambda: emit_stage(draw(EMITS), on=draw(MAYBE_PLACES)),
        lambda: batch(draw(st.integers(1, 4)), within=draw(MAYBE_HOUR)),
        unbatch,
        lambda: to_port(draw(st.sampled_from([Alpha, Gamma, Hollow, Refusing]))),
        leave,
        lambda: identity(int),
    ]
    # The first are drawn more often, and shrink best.
    at = draw(st.integers(0, 2 * len(stages) - 1))
    return stages[at % len(stages) if at < len(stages) else at % 6]()


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
    ways: list[Callable[[], Stage]] = [
        lambda: one() >> other(),
        lambda: one().recover_with(other()),
        lambda: _routed(draw, size),
        lambda: broadcast(*_several(draw, size)),
        lambda: catch(whole()),
        lambda: attempt(whole()),
        lambda: whole().recover(draw(MAPS)),
        lambda: within(draw(PLACES), whole()),
        lambda: whole().named("again"),
        lambda: catch(one()).recover_with(other()),
    ]
    at = draw(st.integers(0, len(ways) + 3))
    return ways[at if at < len(ways) else 0]()


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
        case(draw(TAKES)),
        case_port(Alpha),
        case_port(Beta),
        case_port(Gamma),
        case_port(Hollow),
    ]
    head = draw(st.sampled_from(heads))
    ends = [lambda: head >> _drawn(draw, size), head.keep, head.leave]
    return draw(st.sampled_from(ends))()


# ---- sources

ODD = st.sampled_from(
    [None, "", "abc", (), (1, 2), [3], (None,), Alpha(1), Gamma(Alpha(2)), True, 2.5]
)
ITEMS = st.one_of(
    st.lists(st.integers(0, 20), max_size=12),
    st.lists(st.one_of(st.integers(-3, 20), ODD), max_size=30),
    st.integers(0, 120).map(lambda n: list(range(n))),
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
        lambda items, how, what, after: source_from(
            Begins(tuple(items), how, what, after)
        ),
        ITEMS,
        st.sampled_from(["list", "lazy", "call"]),
        MAYBE_WHAT,
        st.integers(0, 12),
    ),
)


@st.composite
def sources(draw: st.DrawFn, size: int = 8) -> Source:
    """A source with stages after it."""
    begin = draw(BEGINNINGS)
    size = draw(st.integers(0, size))
    if not size:
        return begin
    flow = begin >> draw(stages(size))
    ends = [
        lambda: flow,
        lambda: flow,
        lambda: flow.recover(draw(MAPS)),
        lambda: flow.recover_with(draw(stages(2))),
    ]
    return draw(st.sampled_from(ends))()


# ---- sinks and plans


@st.composite
def sinks(draw: st.DrawFn, size: int = 4) -> Sink:
    ends: list[Callable[[], Sink]] = [
        collect,
        lambda: fold(0, Folds()),
        count,
        drain,
        lambda: fold(0, Folds(draw(st.one_of(RARELY, st.just(Every(90, 3)))))),
        lambda: for_each(draw(RAISES)),
        lambda: draw(sinks(0)).map_result(Answers(draw(st.integers(0, 5)) == 5)),
    ]
    if size:
        ends += [
            lambda: draw(stages(size)) >> draw(sinks(0)),
            lambda: draw(stages(size)).to_all(draw(sinks(0)), draw(sinks(size // 2))),
        ]
    return draw(st.sampled_from(ends))()


@st.composite
def plans(draw: st.DrawFn, size: int = 8) -> Plan:
    """A closed plan; its exits are handled, diverted, or left open."""
    begin = draw(sources(size))
    ends: list[Callable[[], Plan]] = [
        lambda: begin >> collect(),
        lambda: begin >> draw(sinks()),
        lambda: begin.to_all(collect(), draw(sinks())),
        lambda: (begin >> draw(sinks())).divert_to(draw(sinks(2))),
        lambda: (begin >> draw(sinks(2))).map_result(Answers(breaks=False)),
    ]
    return draw(st.sampled_from(ends))()


TOLERANCES: st.SearchStrategy[int | Fraction] = st.sampled_from(
    [1_000_000, 0, 1, 2, 3, 7, 20, Fraction(1, 2), Fraction(1, 10), Fraction(0)]
)
PREFIXES = st.integers(1, 25)
RUN_PLACES: st.SearchStrategy[Context | None] = MAYBE_PLACES
