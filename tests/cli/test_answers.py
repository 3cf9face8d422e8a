"""A run's answer: how it ended, the ledger, the failures; as text or as JSON."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import fstream

PLANS = """
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from fstream import *


@dataclass
class Shape:
    name: str
    sides: tuple[int, ...]


class Titled(Shape):
    def __str__(self):
        return f"The {self.name}\\nhas {len(self.sides)} sides"


class Rejected(Port[int]):
    pass


def half(n):
    if n % 2:
        raise ValueError(f"{n} is odd")
    return n // 2


def deep(n):
    try:
        return half(n)
    except ValueError as exc:
        raise RuntimeError("no half") from exc


def many_odd(n):
    return half(2 * n + 1)


def say(n):
    print("hello", n, flush=True)
    return n


def leave_at_once(n):
    if n == 1:
        os._exit(7)
    return n


def read():
    yield 2
    raise OSError("the disk is gone")


def refuse(total, n):
    raise ValueError("the total is closed")


good = source([2, 4, 5, 6]).via(filter_stage(lambda n: n != 5)).via(map_stage(half))
plan = good.to(collect())
failing = source([2, 4, 5, 6, 7]).via(map_stage(deep)).to(collect())
tolerable = source(range(10)).via(map_stage(half)).to(count())
dying = source([0, 1, 2]).via(map_stage(leave_at_once)).to(collect())
many = source(range(150)).via(map_stage(many_odd)).to(count())
left = source([1, 2]).via(to_port(Rejected)).to(count())
broken = source_from(read).via(map_stage(half)).to(collect())
refused = source([1, 2]).via(map_stage(say)).to(fold(0, refuse))
bare = source([1, 2]).to(count())
empty = source([]).via(map_stage(half)).to(drain())
shaped = source([3, 4]).to(collect()).map_result(lambda sides: Shape("box", sides))
titled = source([3, 4]).to(collect()).map_result(lambda sides: Titled("box", sides))
talking = source([1, 2]).via(map_stage(say)).to(collect())
values = source(
    [None, True, 1.5, float("nan"), 10**5000, "é", b"b", Path("a"), {"a": [1]}, {1: 2}]
).to(collect())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with plans."""
    made = tmp_path_factory.mktemp("answers")
    (made / "plans.py").write_text(PLANS)
    return made


def answer(folder: Path, *arguments: str, code: int) -> str:
    """Run one of the plans; give what it prints, with seconds and pids hidden."""
    done = fstream("run", *arguments, folder=folder)
    assert (done.returncode, done.stderr) == (code, "")
    timeless = re.sub(r"(in|after) \d+\.\d s:", r"\1 T s:", done.stdout)
    return re.sub(r"pid \d+", "pid P", timeless).replace(str(folder), "FOLDER")


def json_answer(folder: Path, *arguments: str, code: int) -> dict[str, object]:
    """Run one of the plans; give the JSON object it prints."""
    done = fstream("run", *arguments, "--json", folder=folder)
    assert done.returncode == code
    assert done.stdout.count("\n") == 1
    answered: dict[str, object] = json.loads(done.stdout)
    return answered


@pytest.mark.parametrize("on", ["inline", "threads:2", "processes:2"])
def test_a_complete_run_tells_its_result_and_the_ledger(on: str, folder: Path) -> None:
    context = "inline()" if on == "inline" else on.replace(":", "(") + ")"
    wide = len(context)

    assert answer(folder, "plans.py:plan", "--on", on, code=0) == "\n".join(
        (
            "complete in T s:",
            "(1, 2, 3)",
            "",
            f"stage     {'context':{wide}}  entered  out  failed  filtered  emitted"
            "  exits  where",
            f"<lambda>  {context}        4    3       0         1        3"
            "      0  plans.py:62",
            f"half      {context}        3    3       0         0        3"
            "      0  plans.py:62",
            f"run       {'':{wide}}        4    3       0         1        3      0",
            "",
        )
    )


def test_a_failing_run_shows_the_first_failure_with_its_remote_traceback(
    folder: Path,
) -> None:
    told = answer(folder, "plans.py:failing", "--on", "processes:1", code=1)

    first, ledger, title, *failure = told.split("\n\n")
    assert first == (
        "failed after T s: item 2 in stage 'deep': RuntimeError: no half; it was 5"
    )
    assert ledger.splitlines()[1].split() == [
        *("deep", "processes(1)", "3", "2", "1", "0", "2", "0", "plans.py:64")
    ]
    assert ledger.splitlines()[2].split()[:7] == ["run", "3", "2", "1", "0", "2", "0"]
    assert title == "1 failure:"
    assert "\n\n".join(failure) == FAILURE


FAILURE = """\
stage 'deep' (FOLDER/plans.py:64) failed at the call of item 2, 5: RuntimeError: no half
in processes(1), pid P, attempt 1, effects complete
Traceback (most recent call last):
  File "FOLDER/plans.py", line 33, in deep
    return half(n)
  File "FOLDER/plans.py", line 27, in half
    raise ValueError(f"{n} is odd")
ValueError: 5 is odd

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "FOLDER/plans.py", line 35, in deep
    raise RuntimeError("no half") from exc
RuntimeError: no half
"""


def test_tolerated_failures_are_listed_after_the_result(folder: Path) -> None:
    told = answer(folder, "plans.py:tolerable", "--tolerate", "50%", code=0)

    head, _, title, first, second, others = told.split("\n\n")
    assert head == "complete in T s:\n5"
    assert title == "5 failures, tolerated; the first:"
    assert first.splitlines()[0] == (
        "stage 'half' (FOLDER/plans.py:65) failed at the call of item 1, 1:"
        " ValueError: 1 is odd"
    )
    assert second == "the others:"
    assert others == "".join(
        f"  item {n} in stage 'half': ValueError: {n} is odd; it was {n}\n"
        for n in (3, 5, 7, 9)
    )


@pytest.mark.parametrize(
    ("tolerated", "limit"), [("4", "4"), ("40%", "2/5 of the items")]
)
def test_one_failure_too_many_fails_the_run(
    tolerated: str, limit: str, folder: Path
) -> None:
    told = answer(folder, "plans.py:tolerable", "--tolerate", tolerated, code=1)

    assert told.splitlines()[0].startswith(
        f"failed after T s: 5 failures are more than the tolerated {limit}; the first:"
    )
    assert "\n\n5 failures; the first:\n\nstage 'half'" in told


def test_a_long_list_of_failures_ends_with_how_many_more_there_are(
    folder: Path,
) -> None:
    told = answer(folder, "plans.py:many", "--tolerate", "100%", code=0)

    lines = told.splitlines()
    assert lines[-1] == "  ... and 50 more"
    assert (
        lines[-2] == "  item 99 in stage 'many_odd': ValueError: 199 is odd; it was 99"
    )
    assert sum(line.startswith("  item ") for line in lines) == 99


def test_a_lost_worker_is_told_with_the_item_it_was_executing(folder: Path) -> None:
    told = answer(folder, "plans.py:dying", "--on", "processes:1", code=1)

    assert told.endswith(
        "1 failure:\n\n"
        "stage 'leave_at_once' (FOLDER/plans.py:66) lost its worker at the call of"
        " item 1, 1: the worker ended with exit code 7\n"
        "in processes(1), pid P, attempt 1, effects unknown\n"
    )


def test_an_exit_that_is_open_is_told(folder: Path) -> None:
    told = answer(folder, "plans.py:left", code=1)

    assert told.startswith("failed after T s: an exit is open: Rejected(1)\n")
    assert told.endswith("1 failure:\n\nan exit is open: Rejected(1)\n")


def test_a_broken_source_is_told_with_its_traceback(folder: Path) -> None:
    told = answer(folder, "plans.py:broken", code=1)

    text = "source 'read' (FOLDER/plans.py:69) failed to give item 1: OSError"
    assert told.startswith(f"failed after T s: {text}: the disk is gone\n")
    assert f"1 failure:\n\n{text}" in told
    assert told.endswith(
        '    raise OSError("the disk is gone")\nOSError: the disk is gone\n'
    )


def test_a_broken_sink_is_told_in_full_though_it_is_no_items_failure(
    folder: Path,
) -> None:
    told = answer(folder, "plans.py:refused", code=1)

    assert told.startswith(
        "hello 1\n"
        "failed after T s: the sink failed at the call: ValueError: the total is"
        " closed\n"
        "Traceback (most recent call last):\n"
        '  File "FOLDER/plans.py", line 59, in refuse\n'
        '    raise ValueError("the total is closed")\n'
        "ValueError: the total is closed\n\nstage "
    )


def test_a_plan_without_stages_has_the_ledger_of_its_run(folder: Path) -> None:
    told = answer(folder, "plans.py:bare", code=0)

    assert told.splitlines()[-1].split() == ["run", "2", "2", "0", "0", "2", "0"]


def test_a_plan_without_items_is_complete(folder: Path) -> None:
    told = answer(folder, "plans.py:empty", "--tolerate", "1%", code=0)

    assert told.startswith("complete in T s:\nNone\n\n")


def test_a_result_is_shown_as_it_wants_to_be_read(folder: Path) -> None:
    shaped = answer(folder, "plans.py:shaped", code=0)
    titled = answer(folder, "plans.py:titled", code=0)

    assert shaped.startswith("complete in T s:\nShape(name='box', sides=(3, 4))\n\n")
    assert titled.startswith("complete in T s:\nThe box\nhas 2 sides\n\n")


def test_the_json_of_a_failing_run_has_all_that_is_known(folder: Path) -> None:
    told = json_answer(folder, "plans.py:failing", "--on", "processes:1", code=1)

    assert sorted(told) == ["cancelled", "failures", "outcome", "run", "stages"]
    assert told["stages"] == [
        {
            "name": "deep",
            "site": f"{folder}/plans.py:64",
            "kind": "map",
            "context": "processes(1)",
            "entered": 3,
            "out": 2,
            "failed": 1,
            "filtered": 0,
            "emitted": 2,
            "exits": 0,
        }
    ]
    assert told["run"] == {
        "entered": 3, "out": 2, "failed": 1, "filtered": 0, "emitted": 2, "exits": 0
    }  # fmt: skip
    (failure,) = told["failures"]
    assert told["outcome"] == {"type": "Failure", "error": failure}
    assert failure["type"] == "StageFailure"
    assert (failure["index"], failure["item"], failure["step"]) == (2, "5", "call")
    assert failure["error"]["kind"] == "RuntimeError"
    assert failure["error"]["cause"]["message"] == "5 is odd"
    assert [frame["name"] for frame in failure["error"]["frames"]] == ["deep"]


def test_the_json_of_a_complete_run_has_its_result_and_what_it_tolerated(
    folder: Path,
) -> None:
    told = json_answer(folder, "plans.py:tolerable", "--tolerate", "5", code=0)

    assert told["outcome"] == {"type": "Success", "value": 5}
    assert [failure["index"] for failure in told["failures"]] == [1, 3, 5, 7, 9]
    assert told["cancelled"] == 0


def test_the_json_of_an_open_exit_has_its_text(folder: Path) -> None:
    told = json_answer(folder, "plans.py:left", code=1)

    exit_left = {"type": "OpenExit", "exit": "Rejected(1)"}
    assert told["outcome"] == {"type": "Failure", "error": exit_left}
    assert told["failures"] == [exit_left]


def test_json_keeps_the_structure_of_a_result_and_tells_the_rest_as_text(
    folder: Path,
) -> None:
    values = json_answer(folder, "plans.py:values", code=0)["outcome"]
    shaped = json_answer(folder, "plans.py:shaped", code=0)["outcome"]

    assert values == {
        "type": "Success",
        "value": [
            *(None, True, 1.5, "nan", "<whole number of 16610 bits>", "é", "b'b'"),
            *("PosixPath('a')", {"a": [1]}, "{1: 2}"),
        ],
    }
    assert shaped == {"type": "Success", "value": {"name": "box", "sides": [3, 4]}}


@pytest.mark.parametrize("on", ["inline", "processes:1"])
def test_what_a_plan_prints_goes_to_standard_error_beside_json(
    on: str, folder: Path
) -> None:
    done = fstream("run", "plans.py:talking", "--on", on, "--json", folder=folder)

    assert (done.returncode, done.stderr) == (0, "hello 1\nhello 2\n")
    assert json.loads(done.stdout)["outcome"] == {"type": "Success", "value": [1, 2]}
