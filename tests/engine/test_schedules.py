"""In whatever order a world answers, a run comes to what its plan means.

Replies come late and out of order, the source is slow or breaks, the consumer
stops, workers end at any moment: values, order, failures and the ledger are those
of the inline run, cut where the run ended. Nothing waits for ever.
"""

from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.engine.engine import window
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Overspent
from tests.engine.law import Told
from tests.engine.law import difference
from tests.engine.law import is_whole
from tests.engine.law import meaning
from tests.engine.law import meaning_cut
from tests.engine.plans import Drawn
from tests.engine.plans import drawn
from tests.engine.world import Schedule
from tests.engine.world import World
from tests.engine.world import new_engine

NEVER = st.none()


def schedules(
    *,
    kills: str = "none",
    closes_after: st.SearchStrategy[int | None] = NEVER,
    tolerate: st.SearchStrategy[int | None] = NEVER,
) -> st.SearchStrategy[Schedule]:
    return st.builds(
        Schedule,
        choices=st.lists(st.integers(0, 1 << 10), max_size=60).map(tuple),
        closes_after=closes_after,
        tolerate=tolerate,
        kills=st.just(kills),
    )


def ran(plan: Drawn, schedule: Schedule) -> World:
    script = plan.script()
    return World(plan.program(script, placed=True), script, plan.feed(), schedule).run()


def law(plan: Drawn, world: World, *, kept: int | None) -> Told:
    script = plan.script()
    script.killed = world.script.killed
    program = plan.program(script, placed=False)
    if kept is None:
        return meaning(program, tolerate=world.schedule.tolerate)
    return meaning_cut(program, kept)


def assert_meant(world: World, meant: Told) -> None:
    account, engine = world.engine.account, world.engine
    assert tuple(world.released) == meant.things
    run, rows = account.run_row(engine.reached), account.rows()
    assert all(map(is_whole, [*rows.values(), run]))
    if not world.is_mid_item:
        assert run == meant.run
        assert not world.is_exact or difference(rows, meant.rows) == []
    assert engine.reached <= engine.pulled == world.pulled


@given(plan=drawn(), schedule=schedules())
def test_any_order_of_answers_gives_what_the_plan_means(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    assert world.how == Complete()
    assert_meant(world, law(plan, world, kept=None))


@given(plan=drawn(), schedule=schedules(kills="fair"))
def test_an_item_that_ends_its_worker_fails_and_no_other_does(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    if isinstance(world.how, Barren):
        every = law(plan, world, kept=None).things
        assert tuple(world.released) == every[: len(world.released)]
    else:
        assert_meant(world, law(plan, world, kept=None))


@given(plan=drawn(stateful=False), schedule=schedules(kills="any"))
def test_a_worker_that_ends_anywhere_takes_nothing_of_other_items(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    script = plan.script()
    meant = meaning(plan.program(script, placed=False), tolerate=None).things
    others = [thing for thing in world.released if thing.item not in world.blamed]
    expected = [thing for thing in meant if thing.item not in world.blamed]
    assert others == (expected if world.how == Complete() else expected[: len(others)])
    account = world.engine.account
    assert all(map(is_whole, account.rows().values()))
    assert is_whole(account.run_row(world.engine.reached))


@given(plan=drawn(), schedule=schedules(tolerate=st.integers(0, 3)))
def test_a_run_ends_with_the_failure_that_is_one_too_many(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    meant = law(plan, world, kept=None)
    failures = sum(thing.index is not None for thing in meant.things)
    is_too_many = failures > (schedule.tolerate or 0)
    assert world.how == (Overspent() if is_too_many else Complete())
    assert_meant(world, meant)


@given(plan=drawn(), schedule=schedules(closes_after=st.integers(0, 40)))
def test_a_consumer_that_stops_ends_the_run_after_what_it_took(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    is_closed = world.how == Enough()
    assert is_closed or world.how == Complete()
    kept = len(world.released) if is_closed else None
    assert_meant(world, law(plan, world, kept=kept))


@given(
    plan=drawn(),
    schedule=schedules(
        kills="any",
        closes_after=NEVER | st.integers(0, 40),
        tolerate=NEVER | st.integers(0, 2),
    ),
)
def test_the_same_events_give_the_same_commands_and_none_after_the_end(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)
    late = world.late_events()

    again = new_engine(world.program, tolerate=schedule.tolerate)
    commands = [again.start(), *(again.on(event) for event in world.events)]

    assert commands == world.commands
    assert [world.engine.on(event) for event in late] == [[]] * len(late)


@given(plan=drawn(stateful=False), schedule=schedules())
def test_no_more_is_pulled_than_the_windows_hold(
    plan: Drawn, schedule: Schedule
) -> None:
    world = ran(plan, schedule)

    chunks = sum(window(segment.context) for segment in world.program.segments)
    items = [thing.item for thing in law(plan, world, kept=None).things]
    waiting = [
        pulled - (items[released] if released < len(items) else pulled)
        for pulled, released, _ in world.pulls
    ]
    assert max(waiting) <= chunks * max(asked for _, _, asked in world.pulls)
