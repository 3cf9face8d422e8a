"""What goes from workers to other workers is not opened on the way."""

import os
import pickle

import pytest

from fstream import Failure
from fstream import Report
from fstream import StageFailure
from fstream import Success
from fstream import batch
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream import stream
from fstream.contexts.parcels import pack_call
from fstream.contexts.sealed import Sealed
from fstream.contexts.sealed import Unloaded
from fstream.transport.frame import Frame
from tests.contexts.work import call

HERE = os.getpid()


class Closed:
    """Loads everywhere but in the process that runs the plan."""

    def __init__(self, number: int, barred: int) -> None:
        self.number = number
        self.barred = barred

    def __reduce__(self) -> object:
        return load_elsewhere, (self.number, self.barred)


def load_elsewhere(number: int, barred: int) -> Closed:
    if os.getpid() == barred:
        raise RuntimeError("opened on the way")
    return Closed(number, barred)


class Stuck:
    """Never loads."""

    def __reduce__(self) -> object:
        return refuse, ()


def refuse() -> object:
    raise RuntimeError("it does not load")


def close(given: tuple[int, int]) -> Closed:
    return Closed(*given)


def stick(number: int) -> object:
    return Stuck() if number == 1 else number


def number_of(closed: Closed) -> int:
    return closed.number


def same(item: object) -> object:
    return item


def test_results_pass_from_workers_to_workers_unopened() -> None:
    items = [(number, HERE) for number in range(2)]  # chunks of one item
    first, second = map_stage(close), map_stage(number_of, on=processes(1))

    outcome = run(source(items) >> first >> second >> collect(), on=processes(2))

    assert outcome == Success((0, 1))


def test_what_somebody_looks_at_on_the_way_is_opened() -> None:
    items = [(number, HERE) for number in range(2)]
    flow = source(items) >> map_stage(close) >> batch(1)

    first, _ = stream(flow, on=processes(2))

    error = first.failure()
    assert isinstance(error, StageFailure)
    assert (error.stage, error.step) == ("close", "decode")


def test_what_does_not_load_in_the_next_worker_fails_there_alone() -> None:
    report = Report()
    flow = source(range(100)) >> map_stage(stick)
    ends = flow >> map_stage(same, on=processes(1)) >> collect()

    outcome = run(ends, on=processes(2), tolerate=1, observers=[report])

    assert outcome == Success((0, *range(2, 100)))
    (error,) = report.failures
    assert isinstance(error, StageFailure)
    assert (error.stage, error.step, error.index) == ("same", "decode", 1)
    assert [(row.name, row.failed) for row in report.stages] == [
        ("stick", 0),
        ("same", 1),
    ]


def sealed(items: list[object]) -> Sealed:
    return Sealed(Frame(kind=3, body=pickle.dumps(items, 5)), len(items))


def test_sealed_items_are_sent_as_they_came() -> None:
    items = sealed([Stuck(), Stuck()])
    whole = call(1, [])
    whole.items = items

    frame = pack_call(whole, keyed=frozenset())

    assert len(items) == 2
    assert frame.body == items.payload().body


def test_a_part_of_sealed_items_leaves_out_what_does_not_load() -> None:
    part = sealed([1, Stuck(), 3])[1:]

    assert isinstance(part[0], Unloaded)
    assert (repr(part[0]), part[1]) == ("<an item that does not load>", 3)
    frame = pack_call(call(1, part), keyed=frozenset())
    assert pickle.loads(frame.body) == [3]


def test_nothing_that_does_not_load_is_pickled_by_mistake() -> None:
    with pytest.raises(TypeError, match="does not load"):
        pickle.dumps([*sealed([Stuck()])])


def test_a_worker_that_dies_takes_only_its_item_from_sealed_ones() -> None:
    flow = source(range(8)) >> map_stage(same) >> map_stage(die_of_5, on=processes(1))

    outcomes = [*stream(flow, on=processes(2))]

    failed = [n for n, each in enumerate(outcomes) if isinstance(each, Failure)]
    assert failed == [5]


def die_of_5(number: object) -> object:
    if number == 5:
        os._exit(1)
    return number
