"""What is paced goes on one by one, wherever what follows runs."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from fstream.api import run
from fstream.api import stream
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.contexts import inline
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage
from tests.wait import wait_until

AS_ONE: dict[str, Callable[[], Stage]] = {
    "the source": unbatch,
    "a stage": lambda: flat_map_stage(list),
    "a stage in a thread": lambda: flat_map_stage(list, on=threads(1)),
    "the end": lambda: unbatch() >> group_by_key(abs) >> map_stage(key_of),
    "several arms": lambda: unbatch() >> broadcast(identity(int), map_stage(abs)),
}


def key_of(group: tuple[int, tuple[int, ...]]) -> int:
    return group[0]


def pausing(patch: pytest.MonkeyPatch, pause: Callable[[], None]) -> None:
    """Let no inline stage sleep: it calls ``pause`` instead."""
    clock = SimpleNamespace(
        monotonic=lambda: 0.0,
        perf_counter_ns=time.perf_counter_ns,
        sleep=lambda _: pause(),
    )
    patch.setattr(inline, "time", clock)


@pytest.mark.parametrize("several", AS_ONE.values(), ids=AS_ONE)
def test_items_that_come_together_go_on_one_by_one(
    several: Callable[[], Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[int] = []
    pauses: list[int] = []

    def pause() -> None:
        pauses.append(len(pauses) + 1)
        wait_until(lambda: len(called) >= len(pauses))

    pausing(monkeypatch, pause)
    stages = several() >> limit_rate(10) >> map_stage(called.append, on=threads(2))

    run(source([(1, 2, 3, 4)]).via(stages).to(collect()))

    assert len(pauses) == len(called) - 1
    assert len(called) >= 4


def test_what_has_passed_is_given_before_the_next_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = 0
    had: list[int] = []
    pausing(monkeypatch, lambda: had.append(given))
    stages = map_stage(abs, on=threads(1)) >> limit_rate(10)

    for _ in stream(source(range(5)).via(stages)):
        given += 1

    assert had == [1, 2, 3, 4]


@pytest.mark.parametrize("on", [None, threads(2)], ids=repr)
def test_a_run_takes_as_long_as_its_turns(on: object) -> None:
    plan = source(range(5)).via(limit_rate(200)).via(map_stage(abs, on=on))
    began = time.monotonic()

    run(plan.to(collect()))

    assert time.monotonic() - began >= 4 / 200
