"""What drawn plans once found, or seldom find: the same in every context."""

from collections.abc import Collection
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from functools import reduce

import pytest

from fstream.api import run
from fstream.api import stream
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import leave
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.interpreter.report import Report
from fstream.interpreter.report import StageReport
from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Plan
from fstream.plan.typed import Stage
from fstream.result.errors import StageFailure
from fstream.result.outcome import Failure
from fstream.result.outcome import Success
from tests.laws.plans import Hollow
from tests.laws.work import Bag
from tests.laws.work import Every
from tests.laws.work import Raises
from tests.laws.work import Stuck
from tests.laws.work import Unloadable
from tests.laws.work import alone
from tests.laws.work import as_many
from tests.laws.work import fails_stuck
from tests.laws.work import hollow
from tests.laws.work import interrupted_at_one
from tests.laws.work import kind_of_failure
from tests.laws.work import nonsense_after_one
from tests.laws.work import stopping
from tests.laws.work import stuck_at_even
from tests.laws.work import stuck_thrice
from tests.laws.work import succeeds

everywhere = pytest.mark.parametrize(
    "on", [inline(), threads(2), processes(2), forks(2)], ids=repr
)
elsewhere = pytest.mark.parametrize(
    "on", [threads(2), processes(2), forks(2)], ids=repr
)
raises_at_even = Raises("value error", Every(2, 0))


def told(plan: Plan, on: Context) -> tuple[object, list[tuple[str, str, int, str]]]:
    """The values of ``plan``, and of each failure its stage, step, index and class."""
    report = Report()
    outcome = run(plan, on=on, tolerate=100, observers=[report])
    failures = [each for each in report.failures if isinstance(each, StageFailure)]
    assert len(failures) == len(report.failures)
    return outcome.unwrap(), [(f.stage, f.step, f.index, f.kind) for f in failures]


def rows(plan: Plan, on: Context) -> dict[str, tuple[int, int, int, int]]:
    """The ledger of ``plan``: entered, out, failed, filtered by stage."""
    report = Report()
    run(plan, on=on, tolerate=100, observers=[report])
    return {row.name: _numbers(row) for row in report.stages}


def _numbers(row: StageReport) -> tuple[int, int, int, int]:
    return row.entered, row.out, row.failed, row.filtered


# ---- what is no emission, no item, no iterable


@everywhere
def test_an_emission_that_is_none_fails_its_item_once(on: Context) -> None:
    plan = source([5]) >> emit_stage(nonsense_after_one, name="emits") >> collect()

    assert told(plan, on) == ((5,), [("emits", "call", 0, "TypeError")])
    assert rows(plan, on) == {"emits": (1, 0, 1, 0)}


@everywhere
def test_an_emission_that_is_none_can_be_caught(on: Context) -> None:
    stage = catch(emit_stage(nonsense_after_one)).recover(kind_of_failure)

    assert told(source([5]) >> stage >> collect(), on) == ((5, "TypeError"), [])


@everywhere
def test_a_message_without_its_item_fails_in_the_route(on: Context) -> None:
    routed = route(case_port(Hollow).keep(), case(object).keep())
    plan = source([1]) >> map_stage(hollow) >> routed >> collect()

    assert told(plan, on) == ((), [("route", "call", 0, "AttributeError")])


@everywhere
def test_an_iterable_that_stops_before_it_begins_has_failed(on: Context) -> None:
    stages = map_stage(abs) >> flat_map_stage(stopping, name="stops")

    _, failures = told(source([1]) >> stages >> collect(), on)

    assert failures == [("stops", "call", 0, "StopIteration")]


# ---- plans of any depth

DEEP: dict[str, Stage] = {
    "stages": reduce(Stage.via, [map_stage(abs)] * 800),
    "loops": reduce(Stage.via, [flat_map_stage(alone)] * 40),
    "exits": reduce(Stage.via, [try_stage(succeeds)] * 150).recover(abs),
    "routes": reduce(
        lambda inner, _: route(case(int) >> inner), range(60), map_stage(abs)
    ),
    "catches": reduce(
        lambda inner, _: catch(inner).recover(abs), range(60), map_stage(abs)
    ),
    "copies": reduce(
        lambda inner, _: broadcast(inner, leave()).recover_with(filter_stage(bool)),
        range(5),
        map_stage(abs),
    ),
    "loops in catches": reduce(
        lambda inner, _: catch(flat_map_stage(alone) >> inner).recover(abs),
        range(25),
        map_stage(abs),
    ),
}


@everywhere
@pytest.mark.parametrize("name", DEEP)
def test_a_plan_may_be_as_deep_as_it_likes(name: str, on: Context) -> None:
    values, failures = told(source([3]) >> DEEP[name] >> collect(), on)

    assert set(values) == {3}
    assert failures == []


# ---- sources


def test_a_list_that_grows_is_counted_as_far_as_it_was_pulled() -> None:
    items = [1, 2]

    def growing(item: int) -> int:
        if len(items) < 6:
            items.append(item + 10)
        return raises_at_even(item)

    report = Report()
    run(
        source(items) >> map_stage(growing) >> collect(),
        tolerate=9,
        observers=[report],
    )

    assert [failure.index for failure in report.failures] == [1, 3, 5]
    assert (report.run.entered, report.run.failed) == (6, 3)


class Endless(Collection[int]):
    """A collection that does not know its length."""

    def __len__(self) -> int:
        raise ValueError("who knows")

    def __contains__(self, item: object) -> bool:
        return True

    def __iter__(self) -> Iterator[int]:
        return iter(range(4))


@everywhere
@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 4)])
def test_a_share_is_judged_at_the_end_where_the_length_is_unknown(
    share: Fraction, on: Context
) -> None:
    plan = source(Endless()) >> map_stage(raises_at_even) >> collect()

    outcome = run(plan, on=on, tolerate=share)

    assert isinstance(outcome, Success) == (share == Fraction(1, 2))


# ---- streams


@everywhere
def test_a_broken_source_is_told_last_of_all(on: Context) -> None:
    broken = source(Bag((1, 2, 3), what="value error")) >> map_stage(raises_at_even)

    outcomes = list(stream(broken, on=on))

    assert [type(each.failure()).__name__ for each in outcomes[1::2]] == [
        "StageFailure",
        "SourceFailed",
    ]


def test_inline_a_failure_is_told_before_the_next_item_is_pulled() -> None:
    pulled: list[int] = []

    def items() -> Iterator[int]:
        for n in range(5):
            pulled.append(n)
            yield n

    outcomes = stream(source_from(items) >> map_stage(raises_at_even))

    assert isinstance(next(outcomes), Failure)
    assert pulled == [0]


@everywhere
def test_a_stream_that_is_thrown_into_has_the_ledger_of_one_that_is_closed(
    on: Context,
) -> None:
    report = Report()
    outcomes = stream(source(range(99)) >> map_stage(abs), on=on, observers=[report])
    taken = [next(outcomes) for _ in range(7)]

    with suppress(LookupError):
        outcomes.throw(LookupError("enough"))

    assert report.run.entered == report.run.emitted == len(taken)


# ---- Ctrl-C, and what only looks like it


def test_inline_a_keyboard_interrupt_leaves_through_the_caller() -> None:
    report = Report()
    plan = source([0, 1, 2]) >> map_stage(interrupted_at_one) >> collect()

    with pytest.raises(KeyboardInterrupt):
        run(plan, tolerate=9, observers=[report])

    assert (report.run.entered, report.run.emitted) == (2, 1)


@elsewhere
def test_elsewhere_a_keyboard_interrupt_is_a_failure(on: Context) -> None:
    plan = source([0, 1, 2]) >> map_stage(interrupted_at_one, name="it") >> collect()

    assert told(plan, on) == ((0, 2), [("it", "call", 1, "KeyboardInterrupt")])


# ---- what cannot cross

AT_A_WORKER = processes(1)


def test_a_result_that_cannot_cross_names_the_stage_that_it_comes_from() -> None:
    routed = route(
        case(int) >> map_stage(stuck_at_even, name="stuck"),
        case(str) >> map_stage(str, name="free"),
    )
    plan = source([0, "a", 1]) >> routed >> collect()

    assert told(plan, AT_A_WORKER) == (
        ("a", 1),
        [("stuck", "encode", 0, "TypeError")],
    )
    assert rows(plan, AT_A_WORKER) == {
        "route": (3, 3, 0, 0),
        "stuck": (2, 1, 1, 0),
        "free": (1, 1, 0, 0),
    }


def test_what_cannot_cross_is_caught_where_its_stage_is() -> None:
    plan = source([0, 1]) >> attempt(map_stage(stuck_at_even)) >> collect()

    (first, second), failures = told(plan, AT_A_WORKER)

    assert (first.failure().step, first.failure().index) == ("encode", 0)
    assert (second, failures) == (Success(1), [])


@pytest.mark.parametrize("item", [Stuck(), Unloadable()], ids=["stuck", "unloadable"])
def test_an_item_that_cannot_cross_is_caught_where_its_stage_is(item: object) -> None:
    plan = source([item]) >> attempt(flat_map_stage(alone)) >> collect()

    (caught,), failures = told(plan, AT_A_WORKER)

    assert caught.failure().step in {"encode", "decode"}
    assert failures == []


def test_an_item_of_which_several_results_cannot_cross_fails_once() -> None:
    plan = source([7]) >> flat_map_stage(stuck_thrice, name="stuck") >> collect()

    values, failures = told(plan, AT_A_WORKER)

    assert values == (7,)
    assert failures == [("stuck", "encode", 0, "TypeError")] * 3
    assert rows(plan, AT_A_WORKER) == {"stuck": (1, 0, 1, 0)}


def test_an_item_that_does_not_arrive_fails_in_the_first_stage() -> None:
    plan = source([Unloadable()]) >> flat_map_stage(alone, name="first") >> collect()

    assert told(plan, AT_A_WORKER) == ((), [("first", "decode", 0, "LookupError")])
    assert rows(plan, AT_A_WORKER) == {"first": (1, 0, 1, 0)}


def test_items_that_cannot_cross_do_not_hide_what_the_others_came_to() -> None:
    items = [Stuck(), 0, Stuck(), 0, 1]
    plan = source(items) >> flat_map_stage(as_many, name="many") >> collect()
    report = Report()

    run(plan, on=AT_A_WORKER, tolerate=1, observers=[report])

    assert [_numbers(row) for row in report.stages] == [(3, 0, 2, 1)]


def test_an_exit_that_cannot_cross_is_a_failure_of_its_stage() -> None:
    plan = source([7]) >> try_stage(fails_stuck, name="tries") >> collect()

    assert told(plan, AT_A_WORKER) == ((), [("tries", "encode", 0, "TypeError")])
    assert rows(plan, AT_A_WORKER) == {"tries": (1, 0, 1, 0)}


# ---- runs beside and inside of each other


@everywhere
def test_one_plan_may_run_several_times_at_once(on: Context) -> None:
    plan = source(range(50)) >> DEEP["loops"] >> map_stage(raises_at_even) >> collect()

    with ThreadPoolExecutor(3) as pool:
        seen = list(pool.map(lambda _: told(plan, on), range(3)))

    assert seen == [told(plan, inline())] * 3


def run_inside(item: int) -> int:
    plan = source(range(item)) >> map_stage(abs) >> collect()
    return sum(
        sum(run(plan, on=on).unwrap()) for on in (inline(), threads(2), processes(1))
    )


@everywhere
def test_a_stage_may_run_a_plan_itself(on: Context) -> None:
    plan = source([3, 4]) >> map_stage(run_inside) >> collect()

    assert told(plan, on) == ((9, 18), [])
