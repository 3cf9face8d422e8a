"""Group B: awkward inputs and results."""

import os
import resource
import sys
import time
from collections.abc import Iterator
from typing import Never

from fstream import Context
from fstream import Failure
from fstream import Success
from fstream import collect
from fstream import flat_map_stage
from fstream import map_stage
from fstream import run
from fstream import source
from fstream import source_from
from fstream import stream
from tests.faults.promises import AT
from tests.faults.promises import ITEMS
from tests.faults.promises import Faulty
from tests.faults.promises import failing_at_seven
from tests.faults.promises import failure_at
from tests.faults.promises import outcomes_of
from tests.faults.promises import resident
from tests.faults.promises import stage_failure
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario

MB = 1 << 20
MANY = 300
LATE = 250


class Stubborn:
    """Pickles never."""

    def __reduce__(self) -> Never:
        raise TypeError("I stay")


class Unprintable(Stubborn):
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Unloadable:
    """Pickles, and does in the process that loads it what it is told."""

    def __init__(self, does: str) -> None:
        self.does = does

    def __reduce__(self) -> tuple[object, ...]:
        return {"exit": (sys.exit, ("not here",)), "raise": (refuse, ("load me not",))}[
            self.does
        ]


def refuse(text: str) -> Never:
    raise LookupError(text)


def make_lambda(_: int) -> object:
    return lambda: 0


def make_file(_: int) -> object:
    return sys.stdout


def make_unprintable(_: int) -> object:
    return Unprintable()


def b01(context: Context) -> None:
    """A result that cannot be pickled fails its item, and its type is named."""
    for fault, name in ((make_lambda, "function"), (make_file, "TextIOWrapper")):
        failure = stage_failure(failing_at_seven(fault, context))
        assert (failure.step, failure.index) == ("encode", AT)
        assert name in failure.message + "".join(failure.error.notes)


def b02(context: Context) -> None:
    """So does one that cannot be printed either."""
    failure = stage_failure(failing_at_seven(make_unprintable, context))

    assert (failure.step, failure.message) == ("encode", "I stay")
    assert "Unprintable" in "".join(failure.error.notes)


def make_unloadable(_: int) -> object:
    return Unloadable("raise")


def make_exit(_: int) -> object:
    return Unloadable("exit")


def b03(context: Context) -> None:
    """A result that does not load fails its item, not those it came with."""
    failure = stage_failure(failing_at_seven(make_unloadable, context))

    assert (failure.step, failure.index, failure.item) == ("decode", AT, "7")
    assert (failure.kind, failure.message) == ("LookupError", "load me not")
    assert failure.effects == "complete"
    assert "in refuse" in failure.traceback
    assert_found_in_a_big_chunk(make_unloadable, context)


def b04(context: Context) -> None:
    """A result whose loading exits ends nobody."""
    failure = stage_failure(failing_at_seven(make_exit, context))

    assert (failure.step, failure.kind) == ("decode", "SystemExit")
    assert failure.error.exit_code == "not here"
    assert_found_in_a_big_chunk(make_exit, context)


def assert_found_in_a_big_chunk(fault: object, context: Context) -> None:
    stage = map_stage(Faulty(fault, at=LATE), name="faulty")
    outcomes = outcomes_of(stage, context, range(MANY))
    expected = [10 * n for n in range(MANY)]

    assert stage_failure(failure_at(outcomes, LATE, expected)).step == "decode"


def with_at_seven(item: object, n: int = len(ITEMS), at: int = AT) -> list[object]:
    return [item if place == at else place for place in range(n)]


def ten_times(item: object) -> object:
    return 10 * item if isinstance(item, int) else type(item).__name__


def b06(context: Context) -> None:
    """An item that cannot be pickled fails alone."""
    outcomes = outcomes_of(map_stage(ten_times), context, with_at_seven(Stubborn()))

    failure = stage_failure(failure_at(outcomes))
    assert (failure.step, failure.index, failure.message) == ("encode", AT, "I stay")
    assert (failure.stage, failure.effects) == ("ten_times", "none")


def b07(context: Context) -> None:
    """An item that does not load in its worker fails alone, and the worker stays."""
    items = with_at_seven(Unloadable("raise"), MANY, LATE)
    items[AT] = Unloadable("exit")
    outcomes = outcomes_of(map_stage(pid_and_ten_times), context, items)

    failures = {n: each for n, each in enumerate(outcomes) if isinstance(each, Failure)}
    assert failures.keys() == {AT, LATE}
    told = {n: stage_failure(each.failure()) for n, each in failures.items()}
    assert {(each.step, each.effects) for each in told.values()} == {("decode", "none")}
    assert [each.kind for each in told.values()] == ["SystemExit", "LookupError"]
    assert "Unloadable object" in told[AT].item
    assert told[LATE].index == LATE
    delivered = [each.unwrap() for n, each in enumerate(outcomes) if n not in failures]
    assert [value for _, value in delivered] == [
        10 * n for n in range(MANY) if n not in failures
    ]
    assert len({pid for pid, _ in delivered} | {told[AT].pid, told[LATE].pid}) <= 2


def pid_and_ten_times(item: object) -> tuple[int, object]:
    return os.getpid(), ten_times(item)


# 2_200_000_000 takes half a minute: that size is for who has the time and memory.
HUGE = int(os.environ.get("FAULTS_HUGE", "200_000_000"))


def make_huge(n: int) -> object:
    return bytes(HUGE) if n == 1 else n


def b08(context: Context) -> None:
    """A huge result arrives, and is held twice at most."""
    before = resident()
    sizes = [0]
    for n, outcome in enumerate(
        stream(source(range(4)).via(map_stage(make_huge)), on=context)
    ):
        value = outcome.unwrap()
        sizes.append(resident() - before)
        assert (len(value) == HUGE) if n == 1 else (value == n)
        del value, outcome
    assert max(sizes) <= 2.2 * HUGE + 50 * MB


class Opposing:
    """Raises when it is asked anything that containers ask."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __hash__(self) -> int:
        raise RuntimeError("no hash")

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")

    def __len__(self) -> int:
        raise RuntimeError("no length")

    def __iter__(self) -> Iterator[object]:
        raise RuntimeError("no parts")


def big_at_seven(n: int) -> object:
    time.sleep(0.012)  # slow items travel alone
    return bytes(200 * MB) if n == AT else 10 * n


def b09(context: Context) -> None:
    """A result that the parent has no memory for fails, and the next arrives."""
    outcomes_of(map_stage(abs), context)  # so that only the parent is limited
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        roof = int(statm.read().split()[0]) * resource.getpagesize() + 64 * MB
    resource.setrlimit(resource.RLIMIT_AS, (roof, limits[1]))
    try:
        outcomes = outcomes_of(map_stage(big_at_seven), context)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    failure = stage_failure(failure_at(outcomes))
    assert (failure.step, failure.kind) == ("decode", "MemoryError"), failure


VALUES = (
    ValueError("a value"),
    None,
    NotImplemented,
    StopIteration(),
    Failure("mine"),
    Success(3),
    Ellipsis,
    (),
)


def value_of(n: int) -> object:
    return VALUES[n % len(VALUES)]


def b10(context: Context) -> None:
    """Whatever a function returns is a value."""
    outcomes = outcomes_of(map_stage(value_of), context)

    told = [repr(outcome.unwrap()) for outcome in outcomes]
    assert told == [repr(value_of(n)) for n in ITEMS]


def oppose(item: Opposing) -> Opposing:
    return Opposing(10 * item.n)


def b11(context: Context) -> None:
    """Items and results are never compared, counted or asked for their truth."""
    plan = source([Opposing(n) for n in ITEMS]).via(map_stage(oppose)).to(collect())
    values = run(plan, on=context).unwrap()

    assert [value.n for value in values] == [10 * n for n in ITEMS]


SHARED = bytes(MB)


def with_shared(n: int) -> Iterator[tuple[int, bytes]]:
    return ((n * 1000 + each, SHARED) for each in range(1000))


def b12(context: Context) -> None:
    """A thing that many results share travels once for all in a frame."""
    before = resident()
    outcomes = outcomes_of(flat_map_stage(with_shared), context, range(4))

    assert [outcome.unwrap()[0] for outcome in outcomes] == [*range(4000)]
    assert resident() - before < 100 * MB


def b13(context: Context) -> None:
    """A worker sees an item as it was when it was sent; here it is the same."""
    box = [0]
    pulled = source_from(lambda: iter([[0], box]))
    outcomes = stream(pulled.via(map_stage(times_ten_of, on=context)))
    next(outcomes)
    box[0] = 7
    told = next(outcomes).unwrap()
    assert told == {"inline()": 70, "processes(2)": 0, "forks(2)": 0}[repr(context)]
    outcomes.close()


def times_ten_of(box: list[int]) -> int:
    return 10 * box[0]


class Liar:
    def __reduce__(self) -> tuple[object, ...]:
        return complex, (1, 2)


def lie(_: int) -> object:
    return Liar()


def b14(context: Context) -> None:
    """What an object reduces to is what arrives."""
    outcomes = outcomes_of(map_stage(Faulty(lie)), context)

    assert outcomes[AT].unwrap() == 1 + 2j
    del outcomes[AT]
    assert [each.unwrap() for each in outcomes] == [10 * n for n in ITEMS if n != AT]


SCENARIOS = {
    "B01": Scenario(run=b01, contexts=WORKERS),
    "B02": Scenario(run=b02, contexts=WORKERS),
    "B03": Scenario(run=b03, contexts=WORKERS),
    "B04": Scenario(run=b04, contexts=WORKERS),
    "B06": Scenario(run=b06, contexts=("processes",)),
    "B07": Scenario(run=b07, contexts=("processes",)),
    "B08": Scenario(run=b08, contexts=WORKERS, seconds=12),
    "B09": Scenario(run=b09, contexts=("processes",)),
    "B10": Scenario(run=b10, contexts=EVERYWHERE),
    "B11": Scenario(run=b11, contexts=EVERYWHERE),
    "B12": Scenario(run=b12, contexts=EVERYWHERE),
    "B13": Scenario(run=b13, contexts=("inline", *WORKERS)),
    "B14": Scenario(run=b14, contexts=WORKERS),
}
