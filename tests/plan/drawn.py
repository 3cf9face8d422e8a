"""Plans that hypothesis draws: any shape, of functions that must not be called."""

from collections.abc import Callable
from typing import Never

from hypothesis import strategies as st

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
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
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
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
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads
from fstream.plan.named import context
from fstream.plan.ports import Port
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage


class CalledError(Exception):
    """Building, comparing, printing or pickling a plan has run user code."""


def first(*_: object) -> Never:
    raise CalledError


def second(*_: object) -> Never:
    raise CalledError


class Exploding:
    """A collection that must not be looked into."""

    __len__ = __iter__ = __contains__ = first

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Exploding)

    __hash__ = None

    def __repr__(self) -> str:
        return "Exploding()"


class Rejected(Port[object]): ...


CONTEXTS = st.sampled_from(
    [
        None,
        inline(),
        threads(2),
        processes(2),
        forks(2),
        forks(1, chunk=3),
        tasks(2),
        context("cpu"),
        context("io", default=threads(3)),
    ]
)
FUNCTIONS = st.sampled_from([first, second])
NAMES = st.sampled_from([None, "a", "b"])
CALLING: list[Callable[..., Stage]] = [
    map_stage,
    flat_map_stage,
    filter_stage,
    narrow_stage,
    try_stage,
    emit_stage,
]


@st.composite
def calling(draw: st.DrawFn) -> Stage:
    build = draw(st.sampled_from(CALLING))
    return build(draw(FUNCTIONS), on=draw(CONTEXTS), name=draw(NAMES))


@st.composite
def awaiting(draw: st.DrawFn) -> Stage:
    build = draw(st.sampled_from([map_async, try_async]))
    return build(draw(FUNCTIONS), on=tasks(2), name=draw(NAMES))


def keeping() -> st.SearchStrategy[Stage]:
    return st.one_of(
        st.builds(scan_stage, st.integers(), FUNCTIONS),
        st.builds(scan_by, FUNCTIONS, st.integers(), FUNCTIONS),
        st.builds(group_by_key, FUNCTIONS, st.integers(1, 3)),
        st.builds(limit_rate, st.sampled_from([2, 0.5])),
        st.builds(drop, st.integers(0, 2)),
        st.builds(take, st.integers(1, 3)),
        st.builds(take_while, FUNCTIONS),
        st.builds(distinct, st.sampled_from([None, first, second])),
    )


def leaves() -> st.SearchStrategy[Stage]:
    return st.one_of(
        calling(),
        awaiting(),
        st.builds(batch, st.integers(1, 3), within=st.sampled_from([None, 0.5])),
        keeping(),
        st.builds(lambda make: make(), st.sampled_from([unbatch, leave])),
        st.builds(lambda: to_port(Rejected)),
        st.builds(lambda: identity(int)),
    )


def around(stages: st.SearchStrategy[Stage]) -> st.SearchStrategy[Stage]:
    several = st.lists(stages, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda a, b: a >> b, stages, stages),
        st.builds(lambda arms: broadcast(*arms), several),
        st.builds(lambda arms: route(*(case(int) >> arm for arm in arms)), several),
        st.builds(
            lambda a: route(case_port(Rejected) >> a, case(first).leave()), stages
        ),
        st.builds(
            lambda a, b: route_when(when(first) >> a, by(second)(1).leave()).otherwise(
                b
            ),
            stages,
            stages,
        ),
        st.builds(lambda a: route_when(by(first).of(1)(1) >> a).complete(), stages),
        st.builds(lambda a, b: a.recover_with(b), stages, stages),
        st.builds(lambda a: a.recover(first), stages),
        st.builds(lambda a: within(threads(2), a), stages),
        st.builds(catch, stages),
        st.builds(attempt, stages),
        st.builds(lambda a: a.named("again"), stages),
    )


def stages() -> st.SearchStrategy[Stage]:
    return st.recursive(leaves(), around, max_leaves=8)


def sources() -> st.SearchStrategy[Source]:
    begin = st.one_of(
        st.builds(lambda: source(Exploding())),
        st.builds(source, st.lists(st.integers(), max_size=3)),
        st.builds(source_from, FUNCTIONS),
        st.builds(live_source, FUNCTIONS),
    )
    flows = st.one_of(begin, st.builds(lambda a, b: a >> b, begin, stages()))
    several = st.lists(flows, min_size=1, max_size=3)
    return st.one_of(flows, st.builds(lambda all_: merge(*all_), several))


def sinks() -> st.SearchStrategy[Sink]:
    ends = st.one_of(
        st.builds(lambda make: make(), st.sampled_from([collect, count, drain])),
        st.builds(fold, st.integers(), FUNCTIONS),
        st.builds(for_each, FUNCTIONS, name=NAMES),
    )
    return st.one_of(
        ends,
        st.builds(lambda a, b: a >> b, stages(), ends),
        st.builds(lambda a, b: a.to_all(b, count()), stages(), ends),
        st.builds(lambda a: a.map_result(first), ends),
    )


def plans() -> st.SearchStrategy[Plan]:
    closed = st.one_of(
        st.builds(lambda a, b: a >> b, sources(), sinks()),
        st.builds(lambda a, b: a.to_all(b, collect()), sources(), sinks()),
    )
    return st.one_of(
        closed,
        st.builds(lambda a, b: a.divert_to(b), closed, sinks()),
        st.builds(lambda a: a.map_result(second), closed),
    )
