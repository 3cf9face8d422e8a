"""A run goes on exactly as long as its failures can be tolerated."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.engine.budget import KEPT
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.failed import Failed

SHARES = st.fractions(0, 1)


def records(count: int) -> list[Failed]:
    return [
        Failed(n, Fault(0, 0, 0, "call", OpenExit(n)), "inline()", 1)
        for n in range(count)
    ]


@given(st.integers(0, 5), st.lists(st.integers(0, 3), max_size=6))
def test_a_number_of_failures_is_tolerated_and_not_one_more(
    tolerate: int, parts: list[int]
) -> None:
    budget = Budget(tolerate, None)
    for part in parts:
        goes_on = budget.spend(records(part))

        assert goes_on == (budget.count <= tolerate)
        assert budget.is_met(1000) == goes_on


@given(SHARES, st.integers(0, 50), st.integers(0, 50))
def test_a_share_ends_a_run_early_only_if_its_source_cannot_meet_it_any_more(
    share: Fraction, length: int, failures: int
) -> None:
    goes_on = Budget(share, length).spend(records(failures))

    assert goes_on == (failures <= share * length)


@given(SHARES, st.integers(0, 50), st.integers(0, 50))
def test_a_share_of_a_source_without_length_is_judged_at_the_end(
    share: Fraction, pulled: int, failures: int
) -> None:
    budget = Budget(share, None)

    assert budget.spend(records(failures))
    assert budget.is_met(pulled) == (failures <= share * pulled)


def test_a_share_is_judged_by_what_was_pulled_not_by_the_length_promised() -> None:
    budget = Budget(Fraction(1, 2), 100)

    assert budget.spend(records(3))
    assert not budget.is_met(4)
    assert budget.is_met(6)


def test_without_a_number_all_failures_are_tolerated() -> None:
    budget = Budget(None, 10)

    assert budget.spend(records(10_000))
    assert budget.is_met(0)


def test_the_first_hundred_records_are_kept_in_their_order() -> None:
    budget = Budget(None, None)
    for start in range(0, 3 * KEPT, 7):
        budget.spend(records(3 * KEPT)[start : start + 7])

    assert [record.index for record in budget.first] == [*range(KEPT)]
    assert budget.count == 3 * KEPT
