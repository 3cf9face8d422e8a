"""What must be true of every run, in whatever world."""

from random import Random

from hypothesis import strategies as st

from fstream.interpreter.engine.bounds import window
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Overspent
from tests.engine.law import Told
from tests.engine.law import difference
from tests.engine.law import is_whole
from tests.engine.law import meaning
from tests.engine.law import meaning_cut
from tests.engine.plans import Drawn
from tests.engine.world import QUICK
from tests.engine.world import SLOW
from tests.engine.world import Schedule
from tests.engine.world import World

NEVER = st.none()
SOON = st.integers(0, 40)
FEW = st.integers(0, 3)
WILD = st.integers(0, 1 << 30).map(
    lambda seed: tuple(Random(seed).choices(range(1 << 10), k=80))
)


def schedules(
    *,
    kills: str = "none",
    closes_after: st.SearchStrategy[int | None] = NEVER,
    tolerate: st.SearchStrategy[int | None] = NEVER,
) -> st.SearchStrategy[Schedule]:
    return st.builds(
        Schedule,
        choices=st.lists(st.integers(0, 1 << 10), max_size=40).map(tuple) | WILD,
        closes_after=closes_after,
        tolerate=tolerate,
        kills=st.just(kills),
        pace=st.sampled_from([1, 4]),
        straggler=st.integers(0, 6),
        keeps=st.integers(0, 4),
        length=st.none() | st.integers(0, 60),
        service=st.sampled_from([(QUICK,), (SLOW,), (QUICK, SLOW)]),
    )


def ran(plan: Drawn, schedule: Schedule) -> World:
    script = plan.script()
    return World(plan.program(script, placed=True), script, schedule).run()


def meant(plan: Drawn, world: World) -> Told:
    """What the plan means, cut where ``world`` ended."""
    script = plan.script()
    script.killed = world.script.killed
    program = plan.program(script, placed=False)
    if isinstance(world.how, Enough | Barren):
        return meaning_cut(program, len(world.released))
    return meaning(program, tolerate=world.schedule.tolerate)


def assert_meant(plan: Drawn, world: World) -> None:
    """Values, order, failures and the ledger are those of the inline run."""
    told, engine = meant(plan, world), world.engine
    assert tuple(world.released) == told.things
    assert engine.reached <= engine.pulled == world.pulled
    assert_whole(world)
    if world.is_mid_item or isinstance(world.how, Barren):
        return
    assert engine.account.run_row(engine.reached) == told.run
    if world.is_exact:
        assert difference(engine.account.rows(), told.rows) == []


def assert_whole(world: World) -> None:
    """Every item that counts has one outcome, in every stage and in the run."""
    engine = world.engine
    rows = [*engine.account.rows().values(), engine.account.run_row(engine.reached)]
    assert all(map(is_whole, rows))


def assert_tolerant(world: World) -> None:
    """The run ended early if there was one failure more than tolerated."""
    if world.how == Enough():  # the consumer stopped, maybe just there
        return
    failures = sum(thing.index is not None for thing in world.released)
    tolerated = world.schedule.tolerate
    is_too_many = tolerated is not None and failures > tolerated
    assert is_too_many == (world.how == Overspent())


def assert_bounded(plan: Drawn, world: World) -> None:
    """No more was ever pulled than the windows hold; of plans without batches."""
    chunks = sum(window(segment.context).held for segment in world.program.segments)
    items = [thing.item for thing in meant(plan, world).things]
    waiting = [
        pulled - (items[released] if released < len(items) else pulled)
        for pulled, released, _ in world.pulls
    ]
    assert max(waiting) <= chunks * max(most for _, _, most in world.pulls)
