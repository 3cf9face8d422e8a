"""What is pulled fits what comes to workers: not less, and little more."""

from unittest.mock import patch

import pytest

from fstream import Context
from fstream import Stage
from fstream import batch
from fstream import collect
from fstream import filter_stage
from fstream import forks
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import threads
from fstream.interpreter.reading import Reading

GATHERING: dict[str, tuple[Stage[int, object], int]] = {
    "batch": (batch(1000), 5),
    "filter": (filter_stage(lambda n: n % 1000 == 0), 5),
}


def pulls(
    stage: Stage[int, object], on: Context, *, count: int
) -> tuple[list[int], object]:
    """How many of ``count`` items were asked for each time, and the result."""
    asked: list[int] = []
    original = Reading.pull

    def pull(reading: Reading, most: int) -> object:
        asked.append(most)
        return original(reading, most)

    plan = source(range(count)).via(stage).via(map_stage(type, on=on)).to(collect())
    with patch.object(Reading, "pull", pull):
        outcome = run(plan)
    return asked, outcome.unwrap()


@pytest.mark.parametrize("on", [threads(2), processes(2), forks(2)], ids=repr)
@pytest.mark.parametrize("name", GATHERING)
def test_where_one_of_a_thousand_comes_to_a_worker_a_thousand_are_pulled_at_once(
    name: str, on: Context
) -> None:
    stage, count = GATHERING[name]

    asked, result = pulls(stage, on, count=5000)

    assert isinstance(result, tuple)
    assert len(result) == count
    assert asked[0] == 1
    assert len(asked) < 100


def test_where_all_come_no_more_are_pulled_than_one_takes() -> None:
    asked, _ = pulls(map_stage(abs), forks(2, chunk=3), count=60)

    assert max(asked) == 3
