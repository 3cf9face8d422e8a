"""Ctrl-C in the calling thread leaves through the caller, wherever it strikes."""

from collections.abc import Callable
from collections.abc import Iterator

import pytest

from fstream import Plan
from fstream import Report
from fstream import Stage
from fstream import attempt
from fstream import catch
from fstream import collect
from fstream import fold
from fstream import for_each
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import threads


def interrupt(*_: object) -> object:
    raise KeyboardInterrupt


def interrupted() -> Iterator[int]:
    yield 1
    raise KeyboardInterrupt


class Interrupting:
    """An observer that is interrupted."""

    def on(self, event: object) -> None:
        raise KeyboardInterrupt


ONE = source([1, 2])
STRIKES: dict[str, Callable[[Stage], Plan]] = {
    "source": lambda head: source_from(interrupted) >> head >> collect(),
    "making the source": lambda head: source_from(interrupt) >> head >> collect(),
    "stage": lambda head: ONE >> head >> map_stage(interrupt) >> collect(),
    "caught stage": lambda head: (
        ONE >> head >> catch(map_stage(interrupt)).recover(str) >> collect()
    ),
    "attempted stage": lambda head: (
        ONE >> head >> attempt(map_stage(interrupt)) >> collect()
    ),
    "fold": lambda head: ONE >> head >> fold(0, interrupt),
    "for_each": lambda head: ONE >> head >> for_each(interrupt),
    "the answer": lambda head: ONE >> head >> collect().map_result(interrupt),
}
everywhere = pytest.mark.parametrize(
    "head", [map_stage(abs), map_stage(abs, on=threads(1))], ids=["inline", "mixed"]
)


@everywhere
@pytest.mark.parametrize("struck", STRIKES.values(), ids=STRIKES)
def test_it_is_raised_by_run(struck: Callable[[Stage], Plan], head: Stage) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(struck(head))


@everywhere
def test_it_is_raised_by_stream_after_what_came_before(head: Stage) -> None:
    outcomes = stream(source_from(interrupted) >> head)
    seen = []

    with pytest.raises(KeyboardInterrupt):
        seen.extend(outcomes)

    assert [outcome.unwrap() for outcome in seen] == [1]
    assert [*outcomes] == []


def test_it_is_raised_where_an_observer_is_interrupted() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(ONE >> collect(), observers=[Interrupting()])


@everywhere
def test_the_report_tells_what_had_happened(head: Stage) -> None:
    report = Report()

    with pytest.raises(KeyboardInterrupt):
        run(source_from(interrupted) >> head >> collect(), observers=[report])

    assert (report.run.entered, report.run.out, report.run.emitted) == (1, 1, 1)
