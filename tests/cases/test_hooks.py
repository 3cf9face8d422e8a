"""Group HKS: what shall happen before and after runs, stages and workers.

A hook of the parent is an observer; what a worker sets up and clears away is a
resource. "Before" is what is noted earlier.
"""

import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import pytest

from fstream import Context
from fstream import RunEvent
from fstream import StageFinished
from fstream import StageStarted
from fstream import Success
from fstream import broadcast
from fstream import collect
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from fstream import threads
from fstream import using
from tests.cases.everywhere import answer
from tests.cases.everywhere import everywhere


@dataclass
class Noting:
    """Notes what it hears, with the stage that it is about."""

    log: list[str]
    mark: str = ""

    def on(self, event: RunEvent) -> None:
        stage = ""
        if isinstance(event, StageStarted | StageFinished):
            stage = f" {event.stage.name}"
        self.log.append(f"{self.mark}{type(event).__name__}{stage}")


@dataclass
class Called:
    """Notes its calls; in this process only."""

    log: list[str]
    name: str

    def __call__(self, item: int) -> int:
        self.log.append(f"{self.name} {item}")
        return 10 * item


def resource(log: Path, name: str) -> Callable[[], object]:
    """What notes in a file when it is opened and closed, and in which process."""

    @contextmanager
    def opened() -> Iterator[str]:
        _note(log, f"open {name}")
        yield name
        _note(log, f"close {name}")

    return opened


def noted(log: Path) -> list[tuple[str, int]]:
    lines = [line.rpartition(" ") for line in log.read_text().splitlines()]
    return [(word, int(pid)) for word, _, pid in lines]


def _note(log: Path, word: str) -> None:
    with log.open("a") as file:
        file.write(f"{word} {os.getpid()}\n")


def test_hks_1_a_stage_starts_is_called_and_finishes() -> None:
    log: list[str] = []
    plan = source([1]).via(map_stage(Called(log, "call"), name="g")).to(collect())

    run(plan, observers=[Noting(log)])

    assert log[1:-1] == ["StageStarted g", "call 1", "StageFinished g"]


def test_hks_2_a_stream_tells_the_same_as_a_run() -> None:
    log: list[str] = []

    list(
        stream(
            source([1]).via(map_stage(Called(log, "call"), name="g")),
            observers=[Noting(log)],
        )
    )

    assert log[1:-1] == ["StageStarted g", "call 1", "StageFinished g"]


@everywhere
def test_hks_3_observers_hear_in_the_order_in_which_they_are_given(
    on: Context,
) -> None:
    log: list[str] = []
    plan = source([1]).via(map_stage(abs)).to(collect())

    run(plan, on=on, observers=[Noting(log, "a "), Noting(log, "b ")])

    assert log[::2] == [each.replace("b ", "a ") for each in log[1::2]]
    assert all(each.startswith("a ") for each in log[::2])


@everywhere
def test_hks_5_the_run_is_the_first_and_the_last_that_is_told(on: Context) -> None:
    log: list[str] = []

    run(source([1]).via(map_stage(abs)).to(collect()), on=on, observers=[Noting(log)])

    assert (log[0], log[-1]) == ("RunStarted", "RunFinished")


@pytest.mark.parametrize("on", [forks(2), processes(2)], ids=repr)
def test_hks_6_the_parent_is_told_before_and_after_its_workers_set_up(
    on: Context, tmp_path: Path
) -> None:
    log = tmp_path / "log"

    class Filing:
        def on(self, event: RunEvent) -> None:
            _note(log, type(event).__name__)

    def work(_: object, item: int) -> int:
        _note(log, "call")
        return item

    stage = using(resource(log, "r")).map_stage(work)
    run(source([1]).via(stage).to(collect()), on=on, observers=[Filing()])

    assert [word for word, _ in noted(log)] == [
        *("RunStarted", "StageStarted"),
        *("open r", "call", "close r"),
        *("StageFinished", "RunFinished"),
    ]


@pytest.mark.parametrize("on", [forks(2), processes(2)], ids=repr)
def test_hks_7_a_worker_sets_up_in_its_own_process(on: Context, tmp_path: Path) -> None:
    log = tmp_path / "log"
    stage = using(resource(log, "r")).map_stage(lambda _, n: n)

    run(source([1]).via(stage).to(collect()), on=on)

    assert {pid == os.getpid() for _, pid in noted(log)} == {False}


@everywhere
def test_hks_9_a_file_for_the_source_and_a_client_for_the_stage(
    on: Context, tmp_path: Path
) -> None:
    file = tmp_path / "items"
    file.write_text("".join(f"{n}\n" for n in range(10)))
    log = tmp_path / "log"

    def lines() -> Iterator[int]:
        with file.open() as opened:
            yield from map(int, opened)
        _note(log, "closed file")

    client = using(resource(log, "client")).map_stage(lambda _, n: n)
    values = answer(source_from(lines).via(client).to(collect()), on=on)

    assert values == tuple(range(10))
    words = [word for word, _ in noted(log)]
    assert words.count("closed file") == 1
    assert words.count("open client") == words.count("close client") >= 1


def test_hks_10_each_branch_is_called_for_each_item_and_started_once() -> None:
    log: list[str] = []
    both = broadcast(
        map_stage(Called(log, "a"), name="a"),
        map_stage(lambda n: 10 * Called(log, "b")(n), name="b"),
    )

    values = answer_noting(source([1, 2]).via(both).to(collect()), log)

    assert sorted(values) == [10, 20, 100, 200]
    assert [log.count(f"{name} {n}") for name in "ab" for n in (1, 2)] == [1] * 4
    assert [log.count(f"StageStarted {name}") for name in "ab"] == [1, 1]


def answer_noting(plan: object, log: list[str]) -> tuple[int, ...]:
    outcome = run(plan, observers=[Noting(log)])
    assert isinstance(outcome, Success)
    return outcome.unwrap()


@dataclass
class Careful:
    """An observer that deals with its own mistakes."""

    caught: list[str] = field(default_factory=list)

    def on(self, event: RunEvent) -> None:
        try:
            raise LookupError(type(event).__name__)
        except LookupError as exc:
            self.caught.append(str(exc))


@everywhere
def test_hks_11_what_a_hook_catches_itself_changes_nothing(on: Context) -> None:
    careful = Careful()

    outcome = run(
        source([1]).via(map_stage(abs)).to(collect()), on=on, observers=[careful]
    )

    assert outcome == Success((1,))
    assert careful.caught[-1] == "RunFinished"


@pytest.mark.parametrize(
    ("on", "times"), [(forks(2, chunk=1), 4), (processes(2), 2), (inline(), 1)]
)
def test_hks_13_a_resource_is_opened_once_a_worker(
    on: Context, times: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"

    def work(_: object, item: int) -> int:
        # Two workers are there before one of them goes on.
        while len({pid for word, pid in noted(log) if word == "open r"}) < 2 <= times:
            pass
        return item

    stage = using(resource(log, "r")).map_stage(work)
    run(source(range(4)).via(stage).to(collect()), on=on)

    assert [word for word, _ in noted(log)].count("open r") == times


@pytest.mark.parametrize("on", [inline(), threads(2), processes(2)], ids=repr)
def test_hks_14_a_run_starts_and_finishes_once(on: Context) -> None:
    log: list[str] = []
    plan = source(range(1, 6)).via(map_stage(lambda n: 10 * n)).to(collect())

    outcome = run(plan, on=on, observers=[Noting(log)])

    assert outcome == Success((10, 20, 30, 40, 50))
    assert (log.count("RunStarted"), log.count("RunFinished")) == (1, 1)
