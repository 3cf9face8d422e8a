"""A route does what an ``if`` does, whatever it asks and wherever its arms are."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from fstream.api import run
from fstream.combinators.cases import case
from fstream.combinators.choices import route_when
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sources import source
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage
from fstream.combinators.stages import within
from fstream.compiler.lower import lower
from fstream.plan.contexts import Context
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.named import context
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from tests.laws.plans import BOUND
from tests.laws.plans import plans
from tests.laws.plans import stages

ITEMS = st.lists(st.one_of(st.integers(0, 9), st.text("ab", max_size=3)), max_size=30)
NUMBERS = st.lists(st.integers(0, 9), max_size=30)
PLACES = st.sampled_from([None, None, threads(2)])


def double(item: int) -> int:
    return 2 * item


def up_to(item: int) -> list[int]:
    return list(range(item % 4))


def is_odd(item: int) -> bool:
    return item % 2 == 1


def is_small(item: int) -> bool:
    return item < 4


def third(item: int) -> int:
    return item % 3


def is_third(item: int) -> bool:
    return third(item) == 0


def is_next(item: int) -> bool:
    return third(item) == 1


Way = tuple[Callable[[Context | None], Stage], Callable[[int], list[object]]]
WAYS: list[Way] = [
    (lambda on: map_stage(double, on=on), lambda item: [double(item)]),
    (lambda on: map_stage(hex, on=on), lambda item: [hex(item)]),
    (lambda on: flat_map_stage(up_to, on=on), lambda item: [*up_to(item)]),
    (lambda on: filter_stage(is_small, on=on), lambda item: [item] * is_small(item)),
    (lambda _: identity(int), lambda item: [item]),
]
ARMS = st.lists(st.tuples(st.sampled_from(WAYS), PLACES), min_size=3, max_size=3).map(
    lambda drawn: [(make(on), by_hand) for (make, by_hand), on in drawn]
)


def given_by(stage: Stage, items: list[object]) -> list[object]:
    return list(run(source(items).via(stage).to(collect())).unwrap())


@given(items=ITEMS, arms=ARMS)
def test_a_route_by_class_is_a_dispatch_by_hand(
    items: list[object], arms: list[tuple[Stage, Callable[[int], list[object]]]]
) -> None:
    (stage, by_hand), *_ = arms

    routed = route(case(int) >> stage, case(str) >> map_stage(str.upper))

    assert given_by(routed, items) == [
        result
        for item in items
        for result in (by_hand(item) if isinstance(item, int) else [item.upper()])
    ]


@given(items=NUMBERS, arms=ARMS)
def test_a_choice_by_predicates_is_an_if(
    items: list[int], arms: list[tuple[Stage, Callable[[int], list[object]]]]
) -> None:
    (first, one), (second, two), (rest, three) = arms

    chosen = route_when(when(is_odd) >> first, when(is_small) >> second).otherwise(rest)

    assert given_by(chosen, items) == [
        result
        for item in items
        for result in (one if is_odd(item) else two if is_small(item) else three)(item)
    ]


@given(items=NUMBERS, arms=ARMS)
def test_a_choice_by_key_is_one_by_predicates_that_compare(
    items: list[int], arms: list[tuple[Stage, Callable[[int], list[object]]]]
) -> None:
    keys = by(third).of(0, 1, 2)
    zero, one, two = (stage for stage, _ in arms)
    by_predicates = route_when(when(is_third) >> zero, when(is_next) >> one)

    by_key = route_when(keys(0) >> zero, keys(1) >> one, keys(2) >> two)

    assert given_by(by_key.complete(), items) == given_by(
        by_predicates.otherwise(two), items
    )


@given(items=NUMBERS, arms=ARMS, order=st.permutations(range(3)))
def test_arms_that_exclude_each_other_may_stand_in_any_order(
    items: list[int],
    arms: list[tuple[Stage, Callable[[int], list[object]]]],
    order: list[int],
) -> None:
    keys = by(third).of(0, 1, 2)
    keyed = [keys(n) >> stage for n, (stage, _) in enumerate(arms)]

    shuffled = route_when(*(keyed[n] for n in order)).complete()

    assert given_by(shuffled, items) == given_by(route_when(*keyed).complete(), items)


@given(items=NUMBERS, on=PLACES)
def test_to_narrow_is_to_filter_and_to_choose_what_is_kept(
    items: list[int], on: Context | None
) -> None:
    nothing = filter_stage(lambda _: False)
    kept = given_by(filter_stage(is_odd, on=on), items)

    assert given_by(narrow_stage(is_odd, on=on), items) == kept
    assert given_by(route_when(when(is_odd).keep()).otherwise(nothing), items) == kept


# ---- named contexts

SOME = context("some")
NAMES = {named.name: bound for named, bound in BOUND.items()}


@given(plan=plans(), stage=stages(3), on=st.sampled_from([threads(2), processes(2)]))
def test_a_name_is_compiled_to_what_is_bound_to_it(
    plan: Plan, stage: Stage, on: Context
) -> None:
    begin = Source(plan.node.flow)
    bare, named = (
        (begin >> within(place, stage) >> count()).node for place in (on, SOME)
    )

    assert lower(named, SOME, {**NAMES, "some": on}) == lower(bare, on, NAMES)
