"""Every context gives what inline gives: values, order, failures and ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fstream.compiler.lower import lower
from fstream.interpreter.engine import bounds
from fstream.interpreter.engine import outlook
from fstream.interpreter.engine import pace
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.contexts import threads
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from tests.laws.plans import PREFIXES
from tests.laws.plans import RUN_PLACES
from tests.laws.plans import TOLERANCES
from tests.laws.plans import plans
from tests.laws.plans import sources
from tests.laws.seen import in_any_place
from tests.laws.seen import seen_of_run
from tests.laws.seen import seen_of_stream
from tests.laws.seen import unplaced

pytestmark = pytest.mark.many
WITHOUT_END = 10**9
often = settings(max_examples=2 * settings.default.max_examples)


@contextmanager
def chunks(most: int, growth: int) -> Iterator[None]:
    """Let no chunk have more than ``most`` items, and grow to that by ``growth``."""
    with (
        patch.object(pace, "MOST_ITEMS", most),
        patch.object(pace, "GROWTH", growth),
        patch.object(outlook, "MOST_ITEMS", most),
        patch.object(bounds, "MOST_ITEMS", most),
    ):
        yield


@often
@given(plan=plans(), tolerate=TOLERANCES, on=RUN_PLACES)
def test_a_run_gives_the_same_wherever_its_stages_are(
    plan: Plan, tolerate: int | Fraction, on: Context | None
) -> None:
    meant = seen_of_run(unplaced(plan), on=inline(), tolerate=tolerate)

    seen = seen_of_run(plan, on=on, tolerate=tolerate)

    assert in_any_place(seen) == in_any_place(meant)


@often
@given(
    plan=plans(),
    tolerate=TOLERANCES,
    on=RUN_PLACES,
    most=st.integers(1, 5),
    growth=st.sampled_from([2, 64]),
)
def test_a_run_gives_the_same_in_chunks_of_any_size(
    *, plan: Plan, tolerate: int | Fraction, on: Context | None, most: int, growth: int
) -> None:
    meant = seen_of_run(unplaced(plan), on=inline(), tolerate=tolerate)

    with chunks(most, growth):
        seen = seen_of_run(plan, on=on, tolerate=tolerate)

    assert in_any_place(seen) == in_any_place(meant)


@given(source=sources(), on=RUN_PLACES)
def test_a_stream_gives_the_same_outcomes_wherever_its_stages_are(
    source: Source, on: Context | None
) -> None:
    meant = seen_of_stream(unplaced(source), on=inline())

    seen = seen_of_stream(source, on=on)

    assert in_any_place(seen) == in_any_place(meant)


@often
@given(source=sources(), on=RUN_PLACES, up_to=PREFIXES, most=st.integers(1, 64))
def test_a_stream_that_is_closed_has_given_and_counted_what_comes_before(
    *, source: Source, on: Context | None, up_to: int, most: int
) -> None:
    meant = seen_of_stream(unplaced(source), on=inline(), up_to=up_to)

    with chunks(most, most):
        seen = seen_of_stream(source, on=on, up_to=up_to)

    assert in_any_place(seen) == in_any_place(meant)


@given(plan=plans(), on=st.builds(threads, st.integers(1, 3)))
def test_nothing_is_called_twice_for_an_item(plan: Plan, on: Context) -> None:
    plan = unplaced(plan)
    meant = seen_of_run(plan, on=inline(), tolerate=WITHOUT_END)

    seen = seen_of_run(plan, on=on, tolerate=WITHOUT_END)

    # Where it ends before its source, that may have been asked for more.
    if "SinkFailed" not in str(meant.outcome) and not lower(plan.node, on).ends:
        assert sorted(map(_told, seen.calls)) == sorted(map(_told, meant.calls))


def _told(call: tuple[object, int]) -> tuple[str, int]:
    fn, weight = call
    return type(fn).__name__, weight
