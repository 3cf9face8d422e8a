"""Every benchmark case runs, and every contender in it does the same job."""

import pytest

from benchmarks.__main__ import main
from benchmarks.cases import CASES
from benchmarks.handloops import recording
from benchmarks.handpool import hand_pool
from benchmarks.handthreads import mapped_in_threads
from benchmarks.workfunctions import f1


@pytest.mark.parametrize("case", CASES)
def test_a_case_runs_at_small_size(
    case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([case, "--small"])

    table = capsys.readouterr().out
    assert status == 0, table
    assert f"| {case} " in table


def test_an_unknown_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["G0"])

    assert "no case G0" in capsys.readouterr().err


def test_the_hand_loop_records_index_item_stage_and_frames() -> None:
    good, failed = recording(range(101))

    assert len(good) == 100
    (only,) = failed
    assert (only.index, only.item, only.stage) == (99, "100", 1)
    assert [code.co_name for code, _ in only.frames] == ["bad"]


def test_the_hand_pool_keeps_the_order() -> None:
    with hand_pool(f1, width=2, chunk=7) as mapped:
        results = mapped(range(1000))

    assert results == list(range(1, 1001))


def test_the_threads_by_hand_keep_the_order() -> None:
    results = mapped_in_threads(f1, range(1000), width=3)

    assert results == list(range(1, 1001))
