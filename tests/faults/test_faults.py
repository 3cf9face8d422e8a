"""A run survives its user's code, its workers, its host and its consumer.

Each scenario runs in a process of its own, in every context that offers what it is
about, and leaves nothing behind.
"""

from collections import Counter

import pytest

from tests.faults.catalogue import catalogue
from tests.faults.catalogue import pairs
from tests.faults.client import ROOT
from tests.faults.client import Driver
from tests.faults.scenario import CONTEXTS
from tests.faults.unshown import ELSEWHERE
from tests.faults.unshown import MISSING
from tests.faults.unshown import UNSHOWN

LAST = {
    "A": 19,
    "B": 15,
    "C": 18,
    "D": 12,
    "E": 28,
    "F": 12,
    "G": 14,
    "H": 7,
    "I": 10,
    "J": 6,
    "L": 9,
    "N": 8,
    "O": 7,
    "Q": 5,
}
ROWS = [f"{group}{n:02}" for group, last in LAST.items() for n in range(1, last + 1)]
SCENARIOS = catalogue()


@pytest.mark.faults
@pytest.mark.parametrize(
    ("name", "context"),
    [pytest.param(*pair, id="-".join(pair)) for pair in pairs(SCENARIOS)],
)
def test_this_is_survived(driver: Driver, name: str, context: str) -> None:
    found = driver.examine(name, context)

    if found.wrong:
        pytest.fail(str(found), pytrace=False)


def test_every_row_is_shown_or_has_a_reason_exactly_once() -> None:
    listed = Counter([*SCENARIOS, *ELSEWHERE, *UNSHOWN, *MISSING])

    assert [name for name in ROWS if listed[name] != 1] == []
    assert listed.keys() - {*ROWS} == set()


def test_what_is_shown_elsewhere_is_there() -> None:
    assert [path for path in ELSEWHERE.values() if not (ROOT / path).is_file()] == []


def test_every_scenario_names_contexts_that_there_are() -> None:
    named = {context for each in SCENARIOS.values() for context in each.contexts}

    assert named <= CONTEXTS.keys()
    assert [name for name, each in SCENARIOS.items() if not each.contexts] == []
