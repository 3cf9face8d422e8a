"""In whatever order a world answers, a run comes to what its plan means.

Replies come late and out of order, the source is slow or breaks, the consumer
stops, workers end at any moment: values, order, failures and the ledger are those
of the inline run, cut where the run ended. Nothing waits for ever.
"""

from hypothesis import given
from hypothesis import settings

from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Enough
from tests.engine.law import meaning
from tests.engine.plans import FUSED
from tests.engine.plans import Drawn
from tests.engine.plans import drawn
from tests.engine.promises import FEW
from tests.engine.promises import NEVER
from tests.engine.promises import SOON
from tests.engine.promises import assert_bounded
from tests.engine.promises import assert_meant
from tests.engine.promises import assert_tolerant
from tests.engine.promises import assert_whole
from tests.engine.promises import ran
from tests.engine.promises import schedules
from tests.engine.world import Schedule
from tests.engine.world import new_engine_for

often = settings(max_examples=2 * settings().max_examples)


@often
@given(plan=drawn(), schedule=schedules())
def test_any_order_of_answers_gives_what_the_plan_means(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert world.how == Complete()
    assert world.dismissed == set(world.segments)
    assert_meant(plan, world)


@often
@given(plan=drawn() | drawn(contexts=FUSED), schedule=schedules(kills="fair"))
def test_an_item_that_ends_its_worker_fails_and_no_other_does(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert world.how == Complete() or isinstance(world.how, Barren)
    assert_meant(plan, world)


@given(plan=drawn(stateful=False, merged=False), schedule=schedules(kills="any"))
def test_a_worker_that_ends_anywhere_takes_nothing_of_other_items(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    every = meaning(plan.program(plan.script(), placed=False), tolerate=None).things
    others = [thing for thing in world.released if thing.item not in world.blamed]
    expected = [thing for thing in every if thing.item not in world.blamed]
    assert others == (expected if world.how == Complete() else expected[: len(others)])
    assert_whole(world)


@given(plan=drawn(), schedule=schedules(tolerate=FEW))
def test_a_run_ends_with_the_failure_that_is_one_too_many(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert_tolerant(world)
    assert_meant(plan, world)


@often
@given(plan=drawn(), schedule=schedules(closes_after=SOON))
def test_a_consumer_that_stops_ends_the_run_after_what_it_took(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert world.how in {Enough(), Complete()}
    assert_meant(plan, world)


@given(
    plan=drawn() | drawn(contexts=FUSED),
    schedule=schedules(kills="fair", closes_after=NEVER | SOON, tolerate=NEVER | FEW),
)
def test_where_a_run_ends_does_not_depend_on_what_else_goes_wrong(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert_tolerant(world)
    assert_meant(plan, world)


@given(
    plan=drawn(),
    schedule=schedules(kills="any", closes_after=NEVER | SOON, tolerate=NEVER | FEW),
)
def test_the_same_events_give_the_same_commands_and_none_after_the_end(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)
    late = world.late_events()

    again = new_engine_for(world.program, schedule)
    commands = [again.start(), *(again.on(event) for event in world.events)]

    assert commands == world.commands
    assert [world.engine.on(event) for event in late] == [[]] * len(late)


@given(plan=drawn(stateful=False, merged=False), schedule=schedules())
def test_no_more_is_pulled_than_the_windows_hold(
    plan: Drawn, schedule: Schedule
) -> None:
    assert_bounded(plan, ran(plan, schedule))
