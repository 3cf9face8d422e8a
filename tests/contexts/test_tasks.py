"""Coroutines wait side by side on one loop, and end when the run does."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from contextvars import ContextVar
from contextvars import copy_context
from itertools import islice
from pathlib import Path

import pytest

from fstream import Failure
from fstream import Outcome
from fstream import Report
from fstream import Retry
from fstream import StageFailure
from fstream import Success
from fstream import TimedOut
from fstream import attempt
from fstream import batch
from fstream import catch
from fstream import collect
from fstream import drain
from fstream import explain
from fstream import filter_stage
from fstream import fold
from fstream import map_async
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream import try_async
from fstream import unbatch
from fstream import within
from tests.contexts import failing
from tests.result.awkward import AWKWARD
from tests.wait import wait_until

ON = tasks(4)
MOST = 5
HUGE = {"huge text", "huge list", "huge key"}  # tests/result has them: they take long
ROOT = Path(__file__).parents[2]


def outcomes(
    items: list[object], fn: Callable[[object], Awaitable[object]]
) -> list[Outcome[object, object]]:
    return [*stream(source(items).via(map_async(fn, on=ON)))]


def failure_in(outcome: Outcome[object, object]) -> StageFailure:
    assert isinstance(outcome, Failure), outcome
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    return failure


# ---- side by side, in order


def test_as_many_items_as_there_are_tasks_are_in_flight_at_once() -> None:
    met = asyncio.Barrier(4)

    async def meet(item: object) -> object:
        async with asyncio.timeout(MOST):
            await met.wait()
        return item

    assert outcomes([*range(8)], meet) == [Success(n) for n in range(8)]


def test_no_more_items_are_in_flight_than_there_are_tasks() -> None:
    now: set[object] = set()
    most = 0

    async def note(item: object) -> object:
        nonlocal most
        now.add(item)
        most = max(most, len(now))
        await asyncio.sleep(0.0001)
        now.discard(item)
        return item

    assert outcomes([*range(200)], note) == [Success(n) for n in range(200)]
    assert most == 4


def test_what_is_done_first_waits_for_what_comes_first() -> None:
    later = asyncio.Event()

    async def answer(item: object) -> object:
        if item == 3:
            later.set()
        if item == 0:
            async with asyncio.timeout(MOST):
                await later.wait()
        return item

    assert outcomes([0, 1, 2, 3], answer) == [Success(n) for n in range(4)]


def test_the_loop_has_a_thread_of_its_own() -> None:
    async def where(_: object) -> object:
        return threading.current_thread().name

    assert outcomes([0, 1], where) == [Success("fstream-tasks")] * 2


def test_asyncio_is_imported_only_where_tasks_are_used() -> None:
    text = (
        "import sys\n"
        "from fstream import collect, map_async, map_stage, run, source, tasks\n"
        "async def same(n): return n\n"
        "plan = source([1]).via(map_async(same, on=tasks(2))).to(collect())\n"
        "run(source([1]).via(map_stage(abs)).to(collect()))\n"
        "print('asyncio' in sys.modules)\n"
        "print(run(plan), 'asyncio' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("False\n<Success: (1,)> True\n", "")


def test_a_run_with_tasks_may_be_started_where_a_loop_is_running() -> None:
    async def same(item: object) -> object:
        await asyncio.sleep(0)
        return item

    async def host() -> list[Outcome[object, object]]:
        return outcomes([1, 2], same)

    assert asyncio.run(host()) == [Success(1), Success(2)]


def test_a_coroutine_may_run_a_plan_with_tasks_itself() -> None:
    async def same(item: object) -> object:
        return item

    async def nested(item: object) -> object:
        return outcomes([item], same)

    assert outcomes([1], nested) == [Success([Success(1)])]


variable: ContextVar[str] = ContextVar("variable")


def test_coroutines_see_the_variables_of_the_caller_of_the_run() -> None:
    async def look(_: object) -> object:
        await asyncio.sleep(0)
        return variable.get("unset")

    def with_variable() -> list[Outcome[object, object]]:
        variable.set("mine")
        return outcomes([*range(6)], look)

    assert copy_context().run(with_variable) == [Success("mine")] * 6


# ---- what plans mean


async def doubled(n: int) -> int:
    await asyncio.sleep(0)
    return 2 * n


def test_coroutines_stand_between_stages_of_any_context() -> None:
    plan = (
        source(range(20))
        .via(map_stage(abs, on=threads(2)))
        .via(map_async(doubled, on=tasks(8)))
        .via(batch(3))
        .via(unbatch())
        .via(map_stage(abs, on=processes(1)))
        .via(filter_stage(lambda n: n % 4 == 0))
        .to(collect())
    )

    assert run(plan) == Success(tuple(range(0, 40, 4)))


def test_failures_of_try_async_exit() -> None:
    async def parse(text: str) -> Success[int] | Failure[str]:
        await asyncio.sleep(0)
        return Success(int(text)) if text.isdigit() else Failure(text)

    plan = source(["1", "x", "3"]).via(try_async(parse, on=ON)).to(collect())

    assert run(plan.divert_to(collect())) == Success(((1, 3), ("x",)))


def test_neighbours_on_the_same_tasks_run_in_one_go() -> None:
    stage = map_async(doubled, on=ON) >> map_async(doubled, on=ON)
    plan = source([1, 2]).via(stage).to(collect())

    assert run(plan) == Success((4, 8))
    assert str(explain(plan)).count("tasks(4):") == 1


def test_plain_functions_on_tasks_are_called_on_the_loop() -> None:
    def thread(_: object) -> str:
        return threading.current_thread().name

    plan = source([1]).via(within(ON, map_stage(thread))).to(collect())

    assert run(plan) == Success(("fstream-tasks",))


def test_a_coroutine_stage_keeps_its_place_inside_of_another() -> None:
    stage = within(processes(2), map_async(doubled, on=ON))

    assert run(source([1]).via(stage).to(collect())) == Success((2,))


# ---- failures


def test_awkward_exceptions_are_told_as_they_are_inline() -> None:
    # A coroutine cannot raise StopIteration, Python makes another exception of it;
    # and of a deep recursion the frame in the middle is left out.
    left_out = {"interrupt", "stop", "recursion"} | HUGE
    names: list[object] = [name for name in AWKWARD if name not in left_out]

    async def fail(name: object) -> object:
        await asyncio.sleep(0)
        return failing.fail_as(name)

    there = map(failure_in, outcomes(names, fail))
    here = stream(source(names).via(map_stage(failing.fail_as)))

    for mine, other in zip(here, there, strict=True):
        failure = failure_in(mine)
        assert other.error.headline == failure.error.headline
        assert other.error.notes == failure.error.notes
        assert other.error.frames[1:] == failure.error.frames
        assert other.error.frames[0].name.endswith("fail")
        assert (other.context, other.index) == ("tasks(4)", failure.index)


@pytest.mark.parametrize(
    "exc", [asyncio.CancelledError(), KeyboardInterrupt(), SystemExit(3)], ids=repr
)
def test_whatever_a_coroutine_raises_fails_its_item_alone(exc: BaseException) -> None:
    async def fail(item: object) -> object:
        await asyncio.sleep(0)
        if item == 3:
            raise exc
        return item

    found = outcomes([*range(9)], fail)

    assert [n for n, each in enumerate(found) if isinstance(each, Failure)] == [3]
    assert failure_in(found[3]).kind.endswith(type(exc).__name__)


def test_a_coroutine_that_cancels_its_task_harms_no_other_item() -> None:
    async def cancel(item: object) -> object:
        task = asyncio.current_task()
        assert task is not None
        if item in {3, 5}:
            task.cancel()
        if item != 5:
            await asyncio.sleep(0)
        return item

    found = outcomes([*range(40)], cancel)

    assert [n for n, each in enumerate(found) if isinstance(each, Failure)] == [3]


def test_a_coroutine_that_cancels_everyone_ends_no_run() -> None:
    async def cancel(item: object) -> object:
        if item == 3:
            for task in asyncio.all_tasks():
                task.cancel()
        await asyncio.sleep(0)
        return item

    found = outcomes([*range(40)], cancel)

    assert len(found) == 40
    assert found[20:] == [Success(n) for n in range(20, 40)]


def test_an_exit_in_a_task_of_the_users_own_ends_no_run() -> None:
    async def leave() -> None:
        sys.exit(3)

    async def spawn(item: object) -> object:
        if item == 1:
            async with asyncio.TaskGroup() as group:
                group.create_task(leave())
        await asyncio.sleep(0)
        return item

    first, second, third = outcomes([0, 1, 2], spawn)

    assert (first, third) == (Success(0), Success(2))
    assert failure_in(second).kind == "SystemExit"


def test_time_limits_of_the_users_own_work() -> None:
    async def wait(item: object) -> object:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60 if item == 1 else 0)
        return item

    first, second, third = outcomes([0, 1, 2], wait)

    assert (first, third) == (Success(0), Success(2))
    assert failure_in(second).kind == "TimeoutError"


def test_what_is_no_awaitable_fails_its_item() -> None:
    plan = source([1]).via(map_async(lambda n: n, on=ON)).to(collect())

    outcome = run(plan)

    failure = failure_in(outcome)
    assert failure.message == "object int can't be used in 'await' expression"


def test_failures_are_caught_where_their_stage_is() -> None:
    async def fails(n: int) -> int:
        await asyncio.sleep(0)
        return failing.fails(n)

    report = Report()
    plan = source(range(5)).via(attempt(map_async(fails, on=ON))).to(collect())

    outcome = run(plan, observers=[report])

    assert isinstance(outcome, Success)
    assert [isinstance(each, Failure) for each in outcome.unwrap()] == [
        *(False, True, False, True, False)
    ]
    assert [(row.out, row.failed) for row in report.stages] == [(3, 2)]


# ---- retries and time limits


class Flaky:
    """Fails, or waits for ever, for the first calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls
        self.ended = 0

    async def fail(self, item: object) -> object:
        await asyncio.sleep(0)
        self.calls -= 1
        if self.calls >= 0:
            raise OSError("busy")
        return item

    async def wait(self, item: object) -> object:
        self.calls -= 1
        if self.calls >= 0:
            try:
                await asyncio.sleep(60)
            finally:
                self.ended += 1
        return item


def test_a_coroutine_function_is_called_again_where_it_raised() -> None:
    stage = map_async(Flaky(2).fail, on=ON, retry=Retry(3, wait=0.001))

    assert run(source([1]).via(stage).to(collect())) == Success((1,))


def test_the_attempts_before_the_last_are_told() -> None:
    stage = map_async(Flaky(9).fail, on=ON, retry=Retry(3))

    failure = failure_in(run(source([1]).via(stage).to(collect())))

    assert (failure.attempt, failure.earlier) == (3, ("OSError: busy",) * 2)
    assert [frame.name for frame in failure.error.frames] == ["fail"]


def test_a_cancellation_is_no_failure_to_try_again() -> None:
    watched = Watched()
    stage = map_async(watched.wait, on=ON, retry=Retry(9, on=(BaseException,)))
    values = stream(source(range(9)).via(stage))
    assert next(values) == Success(0)
    values.close()

    assert watched.ended == ["cancelled", "finally"] * len(watched.begun)


def test_what_takes_too_long_is_cancelled_alone() -> None:
    flaky = Flaky(1)
    stage = map_async(flaky.wait, on=tasks(1), timeout=0.05)

    first, second, third = stream(source([0, 1, 2]).via(stage))

    assert isinstance(first, Failure)
    overdue = first.failure()
    assert isinstance(overdue, TimedOut)
    assert (overdue.index, overdue.item, overdue.limit) == (0, "0", 0.05)
    assert (overdue.context, overdue.attempt) == ("tasks(1)", 1)
    assert (second, third) == (Success(1), Success(2))
    assert flaky.ended == 1


def test_what_takes_too_long_is_caught_where_its_stage_is() -> None:
    stage = catch(map_async(Flaky(1).wait, on=tasks(1), timeout=0.05))
    plan = source([0, 1]).via(stage).recover(lambda error: type(error).__name__)

    assert run(plan.to(collect())) == Success(("TimedOut", 1))


def test_a_time_limit_is_forgiven_as_often_as_a_death() -> None:
    retry = Retry(1, deaths=2)
    stage = map_async(Flaky(2).wait, on=ON, timeout=0.05, retry=retry)

    assert run(source([7]).via(stage).to(collect())) == Success((7,))


def test_a_time_limit_of_the_users_own_is_not_taken_for_ours() -> None:
    async def wait(item: object) -> object:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)
        return item

    stage = map_async(wait, on=ON, timeout=30)

    failure = failure_in(run(source([1]).via(stage).to(collect())))
    assert failure.kind == "TimeoutError"


# ---- ends


class Watched:
    """Coroutines that wait for ever, and note how they end."""

    def __init__(self) -> None:
        self.begun: list[object] = []
        self.ended: list[str] = []

    async def wait(self, item: object) -> object:
        while item == 0:
            if self.begun:
                return item
            await asyncio.sleep(0)
        self.begun.append(item)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # cleaning up may take a while
            self.ended.append("cancelled")
            raise
        finally:
            self.ended.append("finally")
        return item


def begun(watched: Watched) -> Iterator[Outcome[object, object]]:
    """A stream whose first item is taken, and whose others wait."""
    values = stream(
        source_from(lambda: iter(range(99))).via(map_async(watched.wait, on=ON))
    )
    assert next(values) == Success(0)
    return values


def test_closing_cancels_what_is_in_flight_and_lets_it_clean_up() -> None:
    watched = Watched()
    values = begun(watched)
    values.close()

    assert watched.ended == ["cancelled", "finally"] * len(watched.begun)
    assert 0 < len(watched.begun) <= 4


def test_an_exception_of_the_consumer_cancels_what_is_in_flight() -> None:
    watched = Watched()
    values = begun(watched)

    with pytest.raises(LookupError):
        values.throw(LookupError())

    assert watched.ended == ["cancelled", "finally"] * len(watched.begun)


def test_the_first_failure_cancels_what_is_in_flight() -> None:
    watched = Watched()

    def fold_in(_: object, item: object) -> object:
        raise LookupError(item)

    plan = source(range(99)).via(map_async(watched.wait, on=ON)).to(fold(0, fold_in))

    assert isinstance(run(plan), Failure)
    assert watched.ended == ["cancelled", "finally"] * len(watched.begun)


def test_who_does_not_end_is_not_waited_for_for_ever() -> None:
    entered = threading.Event()
    release = threading.Event()

    async def stubborn(item: object) -> object:
        entered.set()
        while not release.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue
        return item

    async def answered(item: object) -> object:
        while item == 0:
            if entered.is_set():
                return item
            await asyncio.sleep(0)
        return await stubborn(item)

    values = stream(source(range(9)).via(map_async(answered, on=ON)))
    assert next(values) == Success(0)
    values.close()
    release.set()
    wait_until(lambda: "fstream-tasks" not in {t.name for t in threading.enumerate()})


def test_tasks_of_the_users_own_end_with_the_run() -> None:
    ended = threading.Event()

    async def linger() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    kept: list[object] = []

    async def spawn(item: object) -> object:
        kept.append(asyncio.create_task(linger()))
        await asyncio.sleep(0)
        return item

    assert run(source([1]).via(map_async(spawn, on=ON)).to(drain())) == Success(None)
    assert ended.is_set()


def test_two_streams_have_a_loop_each() -> None:
    async def loop(_: object) -> object:
        return id(asyncio.get_running_loop())

    first = stream(source(range(5)).via(map_async(loop, on=ON)))
    second = stream(source(range(5)).via(map_async(loop, on=ON)))
    pairs = [*islice(zip(first, second, strict=True), 5)]
    first.close()
    second.close()

    assert len({one.unwrap() for one, _ in pairs}) == 1
    assert all(one != other for one, other in pairs)
