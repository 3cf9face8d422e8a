"""What the tests of cases share."""

import pytest

from fstream import count
from fstream import map_stage
from fstream import processes
from fstream import source
from tests.cases.everywhere import answer


@pytest.fixture(scope="session", autouse=True)
def nursery() -> None:
    """Start the nursery, which outlives the run that started it, before all tests."""
    answer(source([1]).via(map_stage(abs, on=processes(1))).to(count()))
