"""A source that breaks has ended: what it gave counts, and the run says so."""

import logging
from collections.abc import Collection
from collections.abc import Iterator

import pytest

from fstream import Failure
from fstream import Source
from fstream import SourceFailed
from fstream import Stage
from fstream import Success
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import threads

EVERYWHERE = pytest.mark.parametrize(
    "stage", [map_stage(abs), map_stage(abs, on=threads(1))], ids=["inline", "mixed"]
)


class Odd(Collection[int]):
    """A collection whose methods raise what it is told to."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken

    def __len__(self) -> int:
        return self.give("len", 2)

    def __iter__(self) -> Iterator[int]:
        return self.give("iter", iter([1, 2]))

    def __contains__(self, item: object) -> bool:
        return self.give("contains", item in {1, 2})

    def give(self, name: str, value: object) -> object:
        if name in self.broken:
            text = f"no {name}"
            raise SystemExit(text)
        return value


@EVERYWHERE
def test_a_length_that_raises_is_an_unknown_length(stage: Stage) -> None:
    plan = source(Odd("len", "contains")) >> stage >> collect()

    assert run(plan) == Success((1, 2))


@EVERYWHERE
@pytest.mark.parametrize(
    "broken",
    [source(Odd("iter")), source_from(lambda: Odd("iter")), source_from(lambda: 3)],
    ids=["a collection", "what was made", "nothing to iterate over"],
)
def test_a_source_that_cannot_begin_has_failed_at_item_0(
    broken: Source, stage: Stage
) -> None:
    error = run(broken >> stage >> collect()).failure()

    assert isinstance(error, SourceFailed)
    assert error.index == 0
    assert [*stream(broken >> stage)] == [Failure(error)]


@EVERYWHERE
def test_a_source_that_breaks_may_be_tolerated_as_one_failure(stage: Stage) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError

    plan = source_from(broken) >> stage >> collect()

    assert run(plan, tolerate=1) == Success((1,))
    assert isinstance(run(plan).failure(), SourceFailed)


@EVERYWHERE
def test_a_source_that_cannot_be_closed_changes_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    def stubborn() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            raise ValueError("not now")

    outcomes = stream(source_from(stubborn) >> stage)

    with caplog.at_level(logging.ERROR, logger="fstream"):
        assert next(outcomes) == Success(1)
        outcomes.close()

    assert "closing the source" in caplog.text
    assert "not now" in caplog.text
