"""The account is settled with what was released, and not with one thing more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.interpreter.engine import account
from fstream.interpreter.engine.account import Items

INDEXES = st.lists(st.integers(0, 30), max_size=10)


@given(st.lists(st.tuples(INDEXES, INDEXES), max_size=5), st.integers(0, 40))
def test_an_item_that_failed_did_not_come_to_a_good_end(
    steps: list[tuple[list[int], list[int]]], pulled: int
) -> None:
    items = Items()
    for failed, landed in steps:
        items.fail(failed)
        items.land(landed)

    all_failed = {n for failed, _ in steps for n in failed if n < pulled}
    all_landed = {n for _, landed in steps for n in landed if n < pulled}
    expected = (len(all_failed), len(all_landed - all_failed))
    assert items.counted(pulled) == expected


def test_items_that_are_done_are_forgotten_but_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(account, "_REMEMBERED", 10)
    items = Items()

    for index in range(0, 100, 2):
        items.land([index, index + 1])
        items.fail([index])
        items.forget_before(index)

    assert items.counted(100) == (50, 50)
    assert len(items.landed) + len(items.failed) < 20
