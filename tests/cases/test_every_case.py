"""Every acceptance case has a test, or says what it waits for."""

import re
from pathlib import Path

from tests.cases.later import LATER
from tests.cases.later import PARTLY

IDS = {
    "HKS": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14),
    "INL": (1, 2, 3, 5, 6, 9, 10, 11, 13, 14, 15),
    "RES": (1, 2, 3, 5, 6, 7),
    "BAT": (1, 2, 3, 5, 6, 7, 9),
    "COW": (1, 2, 3, 5, 6, 7, 9, 10, 11),
    "ERR": (1, 2, 3, 5, 6, 7, 9, 10),
    "IPC": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18),
    "JEP": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19, 21, 22, 23),
    "MIX": (1, 2, 3, 5, 6, 7, *range(9, 20), 21, 22),
    "NST": (1, 2, 3, 5, 6, 7, 9),
    "THR": (1, 2, 3, 5, 6),
    "MSC": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15),
    "ETS": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18),
    "INH": (1, 2, 3, 5, 6, 7, 9, 10),
    "TOP": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15),
    "R": (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 17, 18, 19, 22, 23, 25, 26, 27),
}
CASES = {f"{group}-{number}" for group in IDS for number in IDS[group]}
NAMED = re.compile(r"^def test_([a-z]+)_(\d+)_", re.MULTILINE)


def _tested() -> set[str]:
    """The ids in the names of the tests of this folder."""
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    found = [match for text in texts for match in NAMED.findall(text)]
    return {f"{group.upper()}-{number}" for group, number in found}


def test_every_case_is_tested_or_waits_for_something() -> None:
    assert _tested() | set(LATER) == CASES


def test_what_waits_has_no_test_yet() -> None:
    assert _tested() & set(LATER) == set()


def test_what_is_tested_in_part_has_a_test() -> None:
    assert set(PARTLY) <= _tested()
