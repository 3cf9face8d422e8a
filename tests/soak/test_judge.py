"""The judge of a soak finds what must not happen, and nothing else."""

from dataclasses import replace

import pytest

from fstream import Report
from fstream import WorkerLost
from fstream import processes
from tests.soak.judge import Evidence
from tests.soak.judge import Line
from tests.soak.judge import judged
from tests.soak.plans import Round
from tests.soak.running import Came
from tests.soak.running import Observed
from tests.soak.shots import Shot
from tests.soak.work import Item

KILLED, OTHER, OWN = 10, 11, 1

DRAWN = Round(
    seed="0/0",
    shape="caught",
    contexts=(processes(2), processes(2)),
    count=6,
    group=1,
    weight=2,
    faults={},
    consumer="closing stream",
    closes_after=5,
    pauses=0,
    delivery="rerun",
    pause=1,
)


def value(unit: int, payload: bytes | None = None) -> Came:
    weight = bytes([unit]) * 2 if payload is None else payload
    return Came(unit=unit, failed=None, items=(Item(unit, ("one",), weight),))


def lost(unit: int, pid: int = KILLED) -> Came:
    failed = WorkerLost(
        stage="one",
        site="here",
        step="call",
        index=unit,
        item=str(unit),
        attempt=1,
        context="processes(2)",
        pid=pid,
        exit_code=None,
        signal="SIGKILL",
        effects="unknown",
    )
    return Came(unit=unit, failed=failed)


def noted(pid: int, start: int, *units: int) -> list[Line]:
    return [
        Line(what, "one", unit, start + 2 * n + k, pid)
        for n, unit in enumerate(units)
        for k, what in enumerate("BE")
    ]


def seen(*came: Came, wrong: tuple[str, ...] = (), seconds: float = 0) -> Observed:
    return Observed(
        came=came,
        wrong=wrong,
        report=Report(),
        seconds_to_close=seconds,
        is_whole=False,
    )


GOOD = Evidence(
    drawn=DRAWN,
    seen=seen(value(0), value(1), value(2), lost(3), value(4), value(5)),
    lines={KILLED: noted(KILLED, 0, 0, 2, 3), OTHER: noted(OTHER, 50, 1, 2, 4, 5)},
    shots=[Shot(pid=KILLED, kind="killed", time=40)],
    own=OWN,
)


def with_outcomes(*came: Came) -> Evidence:
    return replace(GOOD, seen=seen(*came))


def with_lines(first: list[Line], second: list[Line]) -> Evidence:
    return replace(GOOD, lines={KILLED: first, OTHER: second})


def test_a_round_in_which_a_worker_was_killed_may_be_good() -> None:
    assert [*judged(GOOD)] == []


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (with_outcomes(value(0), value(2)), "wrong from 1 on"),
        (with_outcomes(value(0), value(0), value(1)), "wrong from 1 on"),
        (with_outcomes(value(1), value(0)), "wrong from 0 on"),
        (with_outcomes(value(0, b"no")), "came back spoiled"),
        (with_outcomes(value(0), lost(1, OTHER)), "nobody ended"),
        (with_outcomes(lost(0)), "which executed [2, 3]"),
        (
            with_lines(noted(KILLED, 0, 0), noted(OTHER, 50, 1, 2, 4)),
            "unit 5 never was in one",
        ),
        (
            with_lines(noted(KILLED, 0, 0, 1), noted(OTHER, 50, 2, 3, 4, 5, 5)),
            "11 had not ended",
        ),
        (
            with_lines(noted(KILLED, 0, 0, 1), noted(OTHER, 50, 0, 2, 3, 4, 5)),
            "10 had handed over [1]",
        ),
        (replace(GOOD, seen=seen(value(0), seconds=3)), "closing took 3.0 s"),
        (
            replace(GOOD, drawn=replace(DRAWN, delivery="at_most_once")),
            "unit 2 was executed 2 times",
        ),
        (
            replace(GOOD, drawn=replace(DRAWN, faults={1: "kill"})),
            "unit 1 was to kill, and did not fail",
        ),
    ],
)
def test_what_must_not_happen_is_told(bad: Evidence, told: str) -> None:
    assert any(told in text for text in judged(bad)), [*judged(bad)]


def test_an_early_end_under_heavy_fire_is_not_held_against_a_run() -> None:
    drawn = replace(DRAWN, consumer="stream")
    came = replace(seen(value(0), lost(1)), is_whole=True)
    known = replace(GOOD, drawn=drawn, seen=came)
    shots = [Shot(pid=KILLED, kind="killed", time=100 + n) for n in range(5)]

    assert any("outcomes for 6 units" in text for text in judged(known))
    under_fire = replace(known, shots=shots)
    assert not any("outcomes for" in text for text in judged(under_fire))
