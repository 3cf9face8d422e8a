"""The record of a failure is the same to the letter, wherever it happened.

Only the context and the process id differ. What cannot be the same is less: an
item or an exception that is not proven to travel comes back as ``None``.
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Never

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fstream import Context
from fstream import Failure
from fstream import Outcome
from fstream import Plan
from fstream import SinkFailed
from fstream import Source
from fstream import SourceFailed
from fstream import Stage
from fstream import StageFailure
from fstream import Success
from fstream import TooManyFailures
from fstream import attempt
from fstream import batch
from fstream import case
from fstream import catch
from fstream import collect
from fstream import emit_stage
from fstream import filter_stage
from fstream import flat_map_stage
from fstream import fold
from fstream import for_each
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import tasks
from fstream import threads
from fstream import try_stage
from fstream.result.captured import capture
from tests.contexts import failing
from tests.contexts.failing import Recipe
from tests.result.awkward import AWKWARD

ROOT = Path(__file__).parents[2]
ELSEWHERE = (threads(2), processes(2), forks(2))
elsewhere = pytest.mark.parametrize("on", [*ELSEWHERE, tasks(2)], ids=repr)
everywhere = pytest.mark.parametrize("on", [inline(), *ELSEWHERE, tasks(2)], ids=repr)

AnyStage = Stage[object, object, object]


def outcomes(
    items: Sequence[object], stage: AnyStage, on: Context
) -> list[Outcome[object, object]]:
    return [*stream(source(items).via(stage), on=on)]


def failure_in(outcome: Outcome[object, object]) -> StageFailure:
    """The record that ``outcome`` is, or holds as a value."""
    if isinstance(outcome, Success):
        outcome = outcome.unwrap()
    assert isinstance(outcome, Failure)
    failure = outcome.failure()
    assert isinstance(failure, StageFailure)
    return failure


def bare(failure: StageFailure) -> StageFailure:
    """``failure`` without what must differ, and without its objects."""
    return replace(failure, context="", pid=0, carrier=None)


def told(failure: StageFailure) -> tuple[object, ...]:
    """Everything that ``failure`` says, in every way that it says it."""
    record = bare(failure)
    return (
        record,
        str(record),
        repr(record),
        hash(record),
        json.dumps(record.to_json()),
        pickle.loads(pickle.dumps(record)) == record,
    )


# ---- the collection of awkward exceptions


HUGE = {"huge text", "huge list", "huge key"}  # tests/result has them: they take long
NAMES = [name for name in AWKWARD if name not in HUGE]


@pytest.fixture(scope="module")
def awkward() -> dict[str, dict[str, StageFailure]]:
    """By context and name: each awkward exception, raised in one run a context."""
    stage = map_stage(failing.fail_as)
    found = {}
    for on in (inline(), *ELSEWHERE):
        # Inline it would be Ctrl-C, and leave through the caller, as it must.
        left_out = {"interrupt"} if on == inline() else set[str]()
        items = [0 if name in left_out else name for name in NAMES]
        told_there = zip(NAMES, outcomes(items, stage, on), strict=True)
        found[repr(on)] = {
            name: failure_in(outcome)
            for name, outcome in told_there
            if name not in left_out
        }
    return found


@pytest.mark.parametrize("name", NAMES)
def test_an_awkward_exception_is_told_alike(
    awkward: dict[str, dict[str, StageFailure]], name: str
) -> None:
    in_threads, *remote = (awkward[repr(on)][name] for on in ELSEWHERE)
    here = awkward["inline()"].get(name, in_threads)

    assert told(in_threads) == told(here)
    assert in_threads.value() == here.value() == name
    assert in_threads.exception() is not None
    for there, on in zip((in_threads, *remote), ELSEWHERE, strict=True):
        assert there.context == repr(on)
    for there in remote:
        assert told(there) == told(here)
        assert there.pid != in_threads.pid
        assert there.value() == name
        sent = there.exception()
        if sent is not None:
            assert type(sent) is type(in_threads.exception())
            assert capture(sent).headline == there.error.headline
            assert capture(sent).notes == there.error.notes


@pytest.mark.parametrize(
    "name", ["value error", "key error", "grouped", "caused", "noted", "exit", "stop"]
)
def test_ordinary_exceptions_come_back_from_workers(
    awkward: dict[str, dict[str, StageFailure]], name: str
) -> None:
    held, *remote = (awkward[repr(on)][name].exception() for on in ELSEWHERE)

    for sent in remote:
        assert sent is not None
        assert repr(sent) == repr(held)
        assert sent is not held


# ---- exceptions that are built at random

texts = st.text(max_size=20) | st.sampled_from(["", "lone \ud800 half", failing.LONG])
leaf_recipes = st.builds(
    Recipe,
    kind=st.sampled_from(sorted(failing.KINDS)),
    text=texts,
    depth=st.integers(0, 3) | st.just(120),
    notes=st.lists(texts, max_size=2).map(tuple),
)
recipes = st.recursive(
    leaf_recipes,
    lambda inner: st.builds(
        Recipe,
        kind=st.sampled_from(sorted(failing.KINDS)),
        text=texts,
        depth=st.integers(0, 3),
        notes=st.lists(texts, max_size=2).map(tuple),
        leaves=st.lists(inner, max_size=3).map(tuple),
        cause=st.none() | inner,
        context=st.none() | inner,
        is_hidden=st.booleans(),
    ),
    max_leaves=5,
)


@settings(max_examples=40)
@given(st.lists(recipes | st.integers(), max_size=5))
def test_any_exception_is_told_alike(items: list[object]) -> None:
    stage = map_stage(failing.passes) >> map_stage(failing.fail_by)
    here = outcomes(items, stage, inline())

    for on in ELSEWHERE:
        there = outcomes(items, stage, on)

        assert len(there) == len(here) == len(items)
        for mine, theirs, item in zip(here, there, items, strict=True):
            if not isinstance(item, Recipe):
                assert theirs == mine == Success(item)
                continue
            failure, other = failure_in(mine), failure_in(theirs)
            assert told(other) == told(failure)
            assert other.value() == failure.value() == item
            again = other.exception()
            if again is not None:
                assert capture(again).headline == failure.error.headline


# ---- the ways in which a stage can fail

STAGES: dict[str, AnyStage] = {
    "map": map_stage(failing.fails),
    "filter": filter_stage(failing.is_even),
    "flat map": flat_map_stage(failing.fails_before_any),
    "flat map, late": flat_map_stage(failing.fails_after_two),
    "flat map, not iterable": flat_map_stage(failing.no_iterable),
    "StopIteration": map_stage(failing.stops),
    "try": try_stage(failing.refuses),
    "try, no result": try_stage(failing.no_result),
    "emit": emit_stage(failing.emits),
    "emit, no emission": emit_stage(failing.no_emission),
    "no case": route(case(failing.is_int_and_even).keep()),
    "case": route(case(failing.fails_to_guard).keep()),
    "in a route": route(case(int).via(map_stage(failing.fails))),
    "handler": try_stage(failing.exits).recover(failing.fails),
    "handler of failures": catch(map_stage(failing.fails)).recover(failing.name_of),
    "handler stage": try_stage(failing.exits).recover_with(
        map_stage(failing.fails) >> map_stage(str)
    ),
    "over a batch": batch(3) >> map_stage(failing.sums),
    "before a batch": map_stage(failing.fails) >> batch(2),
    "third of three": map_stage(failing.passes)
    >> flat_map_stage(failing.twice)
    >> map_stage(failing.fails),
    "caught": attempt(map_stage(failing.fails)),
    "caught, late": attempt(flat_map_stage(failing.fails_after_two)),
}


@elsewhere
@pytest.mark.parametrize("name", STAGES)
def test_a_stage_of_any_kind_fails_alike(name: str, on: Context) -> None:
    here = outcomes(range(7), STAGES[name], inline())
    there = outcomes(range(7), STAGES[name], on)

    assert [_shown(each) for each in there] == [_shown(each) for each in here]
    assert here


def _shown(outcome: object) -> object:
    """``outcome`` with the records in it told without what must differ."""
    match outcome:
        case Success(value):
            return "success", _shown(value)
        case Failure(StageFailure() as failure):
            return "failure", told(failure), failure.value()
        case Failure(value):
            return "failure", value
        case _:
            return outcome


# ---- items that resist


@everywhere
@pytest.mark.parametrize(
    ("item", "text"),
    [
        (failing.Unprintable(), "<unprintable>"),
        (failing.HalfSurrogate(), "lone \\ud800 half"),
        ([failing.Unprintable()], "<unprintable>"),
        ({"b", "a"}, "{'a', 'b'}"),
    ],
    ids=["raising", "surrogate", "inside", "set"],
)
def test_an_item_is_shown_alike_whatever_its_repr_does(
    on: Context, item: object, text: str
) -> None:
    (outcome,) = outcomes([item], map_stage(failing.fail_of), on)

    assert failure_in(outcome).item == text


@elsewhere
def test_a_wordy_item_is_cut_alike(on: Context) -> None:
    stage = map_stage(failing.fail_with)
    (here,) = map(failure_in, outcomes([failing.Wordy()], stage, inline()))
    (there,) = map(failure_in, outcomes([failing.Wordy()], stage, on))

    assert told(there) == told(here)
    assert len(there.item) == 1000
    assert there.message.endswith("...")


def test_an_item_that_does_not_pickle_fails_where_it_would_have_to_be() -> None:
    items = [1, failing.Staying(), 3]
    (first, second, third) = outcomes(items, map_stage(failing.passes), processes(2))

    failure = failure_in(second)
    assert (first, third) == (Success(1), Success(3))
    assert (failure.step, failure.index, failure.kind) == (
        "encode",
        1,
        "tests.result.awkward.TwoArguments",
    )
    assert failure.message == "7: I stay"
    assert "Staying object" in failure.item
    assert [frame.name for frame in failure.error.frames] == ["__reduce__"]
    assert failure.value() is None


def test_an_item_that_does_not_load_fails_where_it_would_have_to() -> None:
    items = [1, failing.Unloadable(), 3]
    report = outcomes(items, map_stage(failing.passes), processes(2))

    failures = [failure_in(each) for each in report if isinstance(each, Failure)]
    assert [f.index for f in failures if "Unloadable" in f.item] == [1]
    assert {(f.step, f.kind, f.error.exit_code) for f in failures} == {
        ("decode", "SystemExit", "not here")
    }


@pytest.mark.parametrize("on", [inline(), threads(2)], ids=repr)
def test_items_that_need_not_travel_need_not_be_picklable(on: Context) -> None:
    items = [failing.Staying(), failing.Unloadable()]

    assert outcomes(items, map_stage(failing.passes), on) == list(map(Success, items))


# ---- sources, sinks, and the ends of runs

SOME = (
    "value error",
    "during",
    "noted",
    "grouped",
    "local class",
    "classic",
    "unpicklable",
    "exit",
    "generator exit",
    "stop",
    "raising getattribute",
    "metaclass",
    "recursion",
)
"""The names of exceptions of all sorts that are quickly told."""


class Broken(Sequence[int]):
    """A collection that fails when its item 1 is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: object) -> object:
        return AWKWARD[self.name](index) if index == 1 else 0


def begun(name: str, when: str) -> Source[object]:
    """A source that raises the exception ``name``."""

    def make() -> Iterator[object]:
        if when == "when made":
            AWKWARD[name](0)
        return items()

    def items() -> Iterator[object]:
        if when == "later":
            yield 1
        AWKWARD[name](0)
        yield 2

    return source(Broken(name)) if when == "as a collection" else source_from(make)


@elsewhere
@pytest.mark.parametrize("when", ["when made", "at first", "later", "as a collection"])
def test_a_source_fails_alike(on: Context, when: str) -> None:
    for name in SOME:
        items = begun(name, when).via(map_stage(str))
        *before, here = stream(items, on=inline())
        *before_there, there = stream(items, on=on)

        assert before_there == before, name
        assert isinstance(here.failure(), SourceFailed), name
        assert there == here, name
        assert str(there) == str(here), name
        assert here.failure().index == len(before), name


def ended(name: str, what: str) -> Plan[object, object]:
    """A plan whose sink raises the exception ``name`` at its second item."""

    def fail(item: object) -> object:
        return AWKWARD[name](item) if item != "0" else item

    def fold_in(folded: object, item: object) -> object:
        return fail(item)

    items = source([0, 1, 2]).via(map_stage(str))
    return {
        "fold": items.to(fold(None, fold_in)),
        "for_each": items.to(for_each(fail)),
        "map_result": items.to(collect().map_result(fail)),
        "to_all": items.to_all(collect(), fold(None, fold_in)),
    }[what]


@elsewhere
@pytest.mark.parametrize("what", ["fold", "for_each", "map_result", "to_all"])
def test_a_sink_fails_alike(on: Context, what: str) -> None:
    for name in SOME:
        plan = ended(name, what)
        here, there = run(plan).failure(), run(plan, on=on).failure()

        assert isinstance(here, StageFailure if what == "for_each" else SinkFailed)
        assert there == here, name
        assert str(there) == str(here), name


@elsewhere
def test_what_too_many_failures_tells_is_alike(on: Context) -> None:
    plan = source(range(100)).via(map_stage(failing.fails)).to(collect())
    here, there = (run(plan, on=c, tolerate=3).failure() for c in (inline(), on))

    assert isinstance(here, TooManyFailures)
    assert isinstance(there, TooManyFailures)
    assert (there.count, there.tolerated) == (here.count, here.tolerated) == (4, "3")
    assert [told(f) for f in there.first if isinstance(f, StageFailure)] == [
        told(f) for f in here.first if isinstance(f, StageFailure)
    ]
    assert len(there.first) == 4


# ---- functions that workers cannot import


def by_value() -> Callable[[int], Never]:
    """A function that travels by value, with what it calls."""

    class GoneError(Exception):
        pass

    def inner(n: int) -> Never:
        raise GoneError(n)

    def outer(n: int) -> Never:
        try:
            inner(n)
        except GoneError as exc:
            raise LookupError("outer") from exc

    return outer


@elsewhere
def test_a_function_that_travels_by_value_fails_alike(on: Context) -> None:
    stage = map_stage(by_value())
    (here,) = map(failure_in, outcomes([1], stage, inline()))
    (there,) = map(failure_in, outcomes([1], stage, on))

    assert told(there) == told(here)
    assert "raise GoneError(n)" in there.traceback


def test_functions_and_classes_of_a_script_fail_alike(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    text = """
        from dataclasses import dataclass, replace
        from fstream import inline, map_stage, processes, source, stream, threads

        @dataclass
        class Item:
            number: int

        class Refused(Exception):
            def __init__(self, item, *, why):
                super().__init__(f"{item}: {why}")

        class Outer:
            class Plain(Exception):
                pass

        def fail(item):
            try:
                raise Outer.Plain(item)
            except Outer.Plain as exc:
                exc.add_note("seen")
                raise Refused(item, why="no") from exc

        if __name__ == "__main__":
            for fn in (fail, lambda item: fail(item)):
                plan = source([Item(1)]).via(map_stage(fn, name="fn"))
                contexts = inline(), threads(2), processes(2)
                found = [next(stream(plan, on=on)).failure() for on in contexts]
                bare = {str(replace(f, context="", pid=0)) for f in found}
                print(len(bare), [f.value() for f in found] == [Item(1)] * 3)
                print(bare.pop().count(__file__))
    """
    script.write_text(dedent(text))

    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
        timeout=30,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("1 True\n3\n1 True\n4\n", "")
