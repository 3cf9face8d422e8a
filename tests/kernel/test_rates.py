"""Items pass one by one, at a rate: a turn each, and no bursts."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

import pytest

from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.states import limit_rate
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel import stream_kernel
from fstream.plan.typed import Stage
from tests.kernel.shapes import HERE
from tests.kernel.shapes import segment_of


@dataclass
class Clock:
    """Invented time, in which pauses are ``late`` by so much."""

    late: float = 0.0
    now: float = 100.0

    def read(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds + self.late

    def since(self, _: object) -> float:
        return round(self.now - 100.0, 6)


Passing = Callable[[list[float], Clock], list[object]]


def in_a_chunk(arrivals: list[float], clock: Clock) -> list[object]:
    kernel = chunk_kernel(
        segment_of(_paced(clock)),
        surroundings=replace(HERE, clock=clock.read, pause=clock.pause),
        recorder=None,
    )
    return kernel(arrivals, range(len(arrivals)), None).outs


def in_a_stream(arrivals: list[float], clock: Clock) -> list[object]:
    kernel = stream_kernel(
        segment_of(_paced(clock)),
        surroundings=replace(HERE, clock=clock.read, pause=clock.pause),
        allowed=0,
        shape="counted",
        pulled=None,
    )
    return list(kernel.over(iter(arrivals)))


def _paced(clock: Clock) -> Stage:
    def wait_until(arrival: float) -> float:
        clock.now = max(clock.now, 100.0 + arrival)
        return arrival

    return map_stage(wait_until) >> limit_rate(10) >> map_stage(clock.since)


each_shape = pytest.mark.parametrize("passing", [in_a_chunk, in_a_stream])


@each_shape
def test_items_that_are_there_pass_at_the_rate(passing: Passing) -> None:
    assert passing([0.0] * 4, Clock()) == [0.0, 0.1, 0.2, 0.3]


@each_shape
def test_an_item_that_comes_after_its_turn_does_not_wait(passing: Passing) -> None:
    assert passing([0.0, 0.3, 0.5], Clock()) == [0.0, 0.3, 0.5]


@each_shape
def test_time_without_items_is_not_made_up_for(passing: Passing) -> None:
    arrivals = [0.0, 0.05, 0.35, 0.35, 0.36]

    assert passing(arrivals, Clock()) == [0.0, 0.1, 0.35, 0.45, 0.55]


@each_shape
def test_pauses_that_take_longer_do_not_slow_it_down(passing: Passing) -> None:
    assert passing([0.0] * 4, Clock(late=0.02)) == [0.0, 0.12, 0.22, 0.32]


def test_two_of_them_are_as_slow_as_the_slower() -> None:
    clock = Clock()
    stage = limit_rate(10) >> limit_rate(4) >> map_stage(clock.since)
    kernel = chunk_kernel(
        segment_of(flat_map_stage(range) >> stage),
        surroundings=replace(HERE, clock=clock.read, pause=clock.pause),
        recorder=None,
    )

    assert kernel([4], [0], None).outs == [0.0, 0.25, 0.5, 0.75]
