"""A state follows the items that were accepted, in order, in every shape."""

from collections.abc import Callable

import pytest

from fstream.api import run
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.interpreter.report import Report
from fstream.plan.typed import Stage
from tests.kernel.shapes import SHAPES
from tests.kernel.shapes import seen

each_shape = pytest.mark.parametrize("shape", SHAPES)


def plus(total: int, n: int) -> int:
    if n == 2:
        raise StopIteration(n)
    return total + n


def parity(n: int) -> object:
    if n == 2:
        raise LookupError(n)
    return [n] if n == 3 else n % 2


STATES: dict[str, tuple[Callable[[], Stage], list[str]]] = {
    "scan": (
        lambda: scan_stage(10, plus),
        ["11", "1 in 0: StopIteration: 2 of 2", "14", "18", "23"],
    ),
    "drop": (lambda: drop(3), ["4", "5"]),
    "drop of none": (lambda: drop(0), ["1", "2", "3", "4", "5"]),
    "distinct": (lambda: distinct(lambda n: n // 2), ["1", "2", "4"]),
    "distinct that fails": (
        lambda: distinct(parity),
        [
            "1",
            "1 in 0: LookupError: 2 of 2",
            "2 in 0: TypeError: unhashable type: 'list' of 3",
            "4",
        ],
    ),
    "scan by": (
        lambda: scan_by(parity, 10, plus),
        [
            "(1 11)",
            "1 in 0: LookupError: 2 of 2",
            "2 in 0: TypeError: unhashable type: 'list' of 3",
            "(0 14)",
            "(1 16)",
        ],
    ),
    "scan by, with a function that fails": (
        lambda: scan_by(abs, 10, plus),
        ["(1 11)", "1 in 0: StopIteration: 2 of 2", "(3 13)", "(4 14)", "(5 15)"],
    ),
    "groups": (
        lambda: group_by_key(lambda n: n % 3, 2),
        ["(1 (1 4))", "(2 (2 5))", "(0 (3))"],
    ),
    "the rest of groups": (
        lambda: group_by_key(lambda n: n % 3, 9),
        ["(1 (1 4))", "(2 (2 5))", "(0 (3))"],
    ),
    "a group that begins again": (
        lambda: group_by_key(lambda n: n == 3, 3),
        ["(False (1 2 4))", "(True (3))", "(False (5))"],
    ),
    "groups of one": (
        lambda: group_by_key(lambda n: n % 2, 1),
        ["(1 (1))", "(0 (2))", "(1 (3))", "(0 (4))", "(1 (5))"],
    ),
    "groups whose key fails": (
        lambda: group_by_key(parity),
        [
            "1 in 0: LookupError: 2 of 2",
            "2 in 0: TypeError: unhashable type: 'list' of 3",
            "(1 (1 5))",
            "(0 (4))",
        ],
    ),
    "groups whose failures are caught": (
        lambda: catch(group_by_key(parity)).recover(lambda _: "x"),
        ["x", "x", "(1 (1 5))", "(0 (4))"],
    ),
    "groups of groups": (
        lambda: group_by_key(lambda n: n % 2, 2) >> group_by_key(len, 2),
        ["(2 ((1 (1 3)) (0 (2 4))))", "(2 ((1 (5))))"],
    ),
    "scan whose failures are caught": (
        lambda: catch(scan_stage(10, plus)).recover(lambda _: "x"),
        ["11", "x", "14", "18", "23"],
    ),
    "distinct whose failures are caught": (
        lambda: attempt(distinct(parity)).via(scan_stage("", lambda _, o: str(o)[1:4])),
        ["Suc", "Fai", "Fai", "Suc"],
    ),
}


@each_shape
@pytest.mark.parametrize("name", STATES)
def test_a_state_follows_the_items_that_do_not_fail(name: str, shape: str) -> None:
    make, told = STATES[name]

    assert seen(make(), [1, 2, 3, 4, 5], shape).things == tuple(told)


@each_shape
@pytest.mark.parametrize("name", STATES)
def test_where_a_chunk_ends_makes_no_difference(name: str, shape: str) -> None:
    make, told = STATES[name]

    assert seen(make(), [1, 2, 3, 4, 5], shape, cuts=[1, 3]).things == tuple(told)


@each_shape
def test_a_stage_that_stands_twice_has_two_states(shape: str) -> None:
    stage = scan_stage(0, lambda total, n: total + n)

    assert seen(stage >> stage, [1, 1, 1], shape).things == ("1", "3", "6")


@pytest.mark.parametrize(
    ("stage", "trace"),
    [
        (scan_stage(10, plus), ["plus"]),
        (scan_by(abs, 10, plus), ["plus"]),
        (scan_by(parity, 10, plus), ["parity"]),
        (distinct(parity), ["parity"]),
        (group_by_key(parity), ["parity"]),
    ],
)
def test_what_a_function_raises_shows_no_frame_of_ours(
    stage: Stage, trace: list[str]
) -> None:
    report = Report()

    run(source([2]).via(stage).to(collect()), tolerate=1, observers=[report])

    (failure,) = report.failures
    assert [frame.name for frame in failure.error.frames] == trace


@each_shape
def test_a_batch_has_the_key_of_its_first_item(shape: str) -> None:
    stage = group_by_key(lambda n: float(n % 3) if n > 3 else n % 3, 2)

    things = seen(stage, [1, 2, 4, 5, 6], shape).things

    assert things == ("(1 (1 4))", "(2 (2 5))", "(0.0 (6))")
