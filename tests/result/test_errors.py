"""Every error compares, hashes, pickles, becomes JSON and reads as a sentence."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from dataclasses import fields
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Result

from fstream.result.captured import Captured
from fstream.result.captured import Frame
from fstream.result.carrier import Packed
from fstream.result.carrier import pack_value
from fstream.result.errors import Cancelled
from fstream.result.errors import ItemFailure
from fstream.result.errors import PlanInvalid
from fstream.result.errors import RunError
from fstream.result.errors import SinkFailed
from fstream.result.errors import SourceFailed
from fstream.result.errors import StageFailure
from fstream.result.errors import TimedOut
from fstream.result.errors import TooManyFailures
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success

frames = st.builds(Frame, st.text(), st.integers(0), st.text())
plain = {
    "kind": st.text(min_size=1),
    "mro": st.tuples(st.text()),
    "message": st.text(),
    "notes": st.lists(st.text(), max_size=2).map(tuple),
    "frames": st.lists(frames, max_size=2).map(tuple),
    "leaves_omitted": st.integers(0, 3),
    "exit_code": st.none() | st.integers() | st.text(),
    "printed": st.text(),
}
captured = st.recursive(
    st.builds(Captured, **plain),
    lambda inner: st.builds(
        Captured,
        **plain,
        leaves=st.lists(inner, max_size=2).map(tuple),
        cause=st.none() | inner,
        context=st.none() | inner,
    ),
    max_leaves=3,
)
effects = st.sampled_from(["none", "complete", "unknown"])
steps = st.sampled_from(["decode", "call", "encode", "open", "close"])
where = {
    "stage": st.text(),
    "site": st.text(),
    "index": st.integers(0),
    "item": st.text(),
    "attempt": st.integers(1),
    "context": st.text(),
    "pid": st.integers(1),
    "effects": effects,
}
carriers = st.none() | st.binary().map(lambda value: Packed(pack_value(value), None))
item_failures = st.one_of(
    st.builds(StageFailure, **where, step=steps, error=captured, carrier=carriers),
    st.builds(
        WorkerLost,
        **where,
        step=steps,
        exit_code=st.none() | st.integers(),
        signal=st.none() | st.just("SIGKILL"),
    ),
    st.builds(TimedOut, **where, limit=st.floats(0, 1e6)),
)
errors = st.one_of(
    item_failures,
    st.builds(
        SourceFailed,
        source=st.text(),
        site=st.text(),
        index=st.integers(0),
        error=captured,
    ),
    st.builds(
        SinkFailed,
        step=st.sampled_from(["call", "open", "flush", "close"]),
        error=captured,
    ),
    st.builds(PlanInvalid, reasons=st.lists(st.text()).map(tuple)),
    st.builds(
        TooManyFailures,
        count=st.integers(1),
        tolerated=st.text(),
        first=st.lists(item_failures | st.text(), max_size=3).map(tuple),
    ),
    st.builds(Cancelled, reason=st.text()),
)


def test_the_union_is_what_the_tests_draw_from() -> None:
    drawn = {
        *get_args(ItemFailure),
        SourceFailed,
        SinkFailed,
        PlanInvalid,
        TooManyFailures,
        Cancelled,
    }

    assert set(get_args(RunError)) == drawn


@given(errors)
def test_every_error_travels_unchanged(error: RunError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert again == error
        assert hash(again) == hash(error)
        assert str(again) == str(error)
        assert again.to_json() == error.to_json()


@given(errors)
def test_every_error_is_json(error: RunError) -> None:
    told = json.loads(json.dumps(error.to_json()))

    assert told.pop("type") == type(error).__name__
    assert set(told) == {at.name for at in fields(error)} - {"carrier"}


@given(errors)
def test_every_error_says_in_its_first_line_what_happened(error: RunError) -> None:
    assert str(error).splitlines()[0].strip()


@given(item_failures, st.binary())
def test_what_carries_the_objects_is_no_part_of_a_failure(
    error: ItemFailure, value: bytes
) -> None:
    if isinstance(error, StageFailure):
        other = replace(error, carrier=Packed(pack_value(value), None))

        assert other == error
        assert hash(other) == hash(error)
        assert repr(other) == repr(error)
        assert other.value() == value
        assert other.exception() is None


FAILED = StageFailure(
    stage="parse",
    site="job.py:3",
    step="call",
    index=7,
    item="'seven'",
    attempt=1,
    context="processes(2)",
    pid=42,
    effects="complete",
    error=Captured(
        kind="ValueError",
        mro=("ValueError", "Exception"),
        message="boom",
        frames=(Frame("job.py", 9, "parse"),),
    ),
)
LOST = WorkerLost(
    stage="parse",
    site="job.py:3",
    step="decode",
    index=7,
    item="'seven'",
    attempt=1,
    context="processes(2)",
    pid=42,
    exit_code=None,
    signal="SIGKILL",
    effects="unknown",
)
WHERE = "in processes(2), pid 42, attempt 1, effects"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            FAILED,
            "stage 'parse' (job.py:3) failed at the call of item 7, 'seven': "
            f"ValueError: boom\n{WHERE} complete\n"
            'Traceback (most recent call last):\n  File "job.py", line 9, in parse\n'
            "ValueError: boom",
        ),
        (
            LOST,
            "stage 'parse' (job.py:3) lost its worker at the decoding of item 7, "
            f"'seven': the worker was ended by SIGKILL\n{WHERE} unknown",
        ),
        (
            replace(LOST, exit_code=0, signal=None),
            "stage 'parse' (job.py:3) lost its worker at the decoding of item 7, "
            f"'seven': the worker ended with exit code 0\n{WHERE} unknown",
        ),
        (
            replace(LOST, signal=None),
            "stage 'parse' (job.py:3) lost its worker at the decoding of item 7, "
            f"'seven': the worker ended, and how is unknown\n{WHERE} unknown",
        ),
        (
            TimedOut(
                stage="parse",
                site="job.py:3",
                index=7,
                item="'seven'",
                attempt=1,
                context="processes(2)",
                pid=42,
                limit=1.0,
                effects="unknown",
            ),
            "stage 'parse' (job.py:3) timed out after 1 s on item 7, 'seven'\n"
            f"{WHERE} unknown",
        ),
        (
            SourceFailed(source="rows", site="job.py:2", index=3, error=FAILED.error),
            "source 'rows' (job.py:2) failed to give item 3: ValueError: boom\n"
            'Traceback (most recent call last):\n  File "job.py", line 9, in parse\n'
            "ValueError: boom",
        ),
        (
            SinkFailed(step="flush", error=replace(FAILED.error, frames=())),
            "the sink failed at the flush: ValueError: boom\nValueError: boom",
        ),
        (PlanInvalid(reasons=("no sink",)), "the plan is invalid: no sink"),
        (
            PlanInvalid(reasons=("no sink", "no source")),
            "the plan is invalid, for 2 reasons:\n  - no sink\n  - no source",
        ),
        (
            TooManyFailures(count=3, tolerated="2", first=("Rejected(1)",)),
            "3 failures are more than the tolerated 2; the first: Rejected(1)",
        ),
        (
            TooManyFailures(count=1, tolerated="0", first=()),
            "1 failure is more than the tolerated 0",
        ),
        (Cancelled(reason="the deadline"), "the run was cancelled: the deadline"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_read_well(error: RunError, text: str) -> None:
    assert str(error) == text


def test_a_stage_failure_answers_for_its_exception() -> None:
    assert FAILED.kind == "ValueError"
    assert FAILED.message == "boom"
    assert FAILED.is_a("Exception")
    assert FAILED.traceback.startswith("Traceback")
    assert FAILED.value() is None
    assert FAILED.exception() is None


def test_errors_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Cancelled(reason="a").reason = "b"  # type: ignore[misc]


def test_the_classes_a_failure_names_are_not_imported() -> None:
    gone = b"cnowhere_at_all\nGone\n."
    failure = replace(FAILED, carrier=Packed(gone, gone))

    assert failure.value() is None
    assert failure.exception() is None


def test_an_outcome_is_one_of_two_cases_and_a_result() -> None:
    outcome: Outcome[int, str] = Success(1)
    result: Result[int, str] = outcome

    assert get_args(Outcome[int, str]) == (Success[int], Failure[str])
    assert result == Success(1)
