"""What can be known before the start is told at once, with all reasons."""

from threading import Lock

from fstream import Failure
from fstream import PlanInvalid
from fstream import Report
from fstream import Success
from fstream import case
from fstream import collect
from fstream import explain
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import run
from fstream import source
from fstream import stream
from fstream import threads
from fstream.compiler.check import check
from fstream.compiler.lower import lower
from fstream.plan.typed import Source

ON = processes(2)
held = Lock()


def locked() -> object:
    own = Lock()
    return lambda item: (own.locked(), item)


def never_called(*_: object) -> None:
    raise AssertionError


def unfit() -> Source:
    """A source with four stages that cannot be shipped: two of them neighbours."""
    return (
        source([1])
        >> map_stage(locked(), name="first")
        >> map_stage(locked(), name="second")
        >> map_stage(abs, on=threads(1))
        >> route(
            case(locked()) >> map_stage(locked(), name="third"),
            case(int) >> map_stage(abs),
        )
    )


def test_every_stage_that_cannot_be_shipped_is_told() -> None:
    reasons = explain(unfit() >> collect(), on=ON).reasons

    assert [reason.partition(" ")[0] for reason in reasons] == [
        "first",
        "second",
        "route",
        "third",
    ]
    assert all("cannot run in processes(2)" in reason for reason in reasons)
    assert all("_thread.lock" in reason for reason in reasons)
    assert all("test_check.py:" in reason for reason in reasons)


def test_an_invalid_plan_runs_nothing() -> None:
    report = Report()
    pulled: list[int] = []
    plan = unfit() >> map_stage(pulled.append, on=threads(1)) >> collect()

    outcome = run(plan, on=ON, observers=[report])

    assert outcome == Failure(PlanInvalid(reasons=explain(plan, on=ON).reasons))
    assert (pulled, report.run.entered) == ([], 0)


def test_an_invalid_source_streams_that_it_is_once() -> None:
    reasons = explain(unfit() >> collect(), on=ON).reasons

    assert [*stream(unfit(), on=ON)] == [Failure(PlanInvalid(reasons=reasons))]


def test_what_is_not_shipped_may_be_anything() -> None:
    plan = source([1]) >> map_stage(locked()) >> collect()

    assert run(plan, on=threads(1)) == run(plan) == Success(((False, 1),))


def test_each_segment_is_asked_once() -> None:
    program = lower((unfit() >> collect()).node, ON)
    asked: list[int] = []

    def unshippable(segment: object) -> tuple[str, ...]:
        asked.append(segment.number)
        return (f"{segment.number} a", f"{segment.number} b")

    reasons = check(program, unshippable)

    assert asked == [*range(len(program.segments))]
    assert reasons == tuple(f"{n} {why}" for n in asked for why in "ab")
