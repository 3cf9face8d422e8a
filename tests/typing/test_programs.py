"""The types tell the truth: what checkers accept, and what they refuse and how.

``accepted/`` holds programs whose inferred types are asserted, ``rejected/``
programs with what mypy and pyright say about them, to the letter.
"""

import ast
import runpy
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.typing.checkers import ACCEPTED
from tests.typing.checkers import REJECTED
from tests.typing.checkers import WRITTEN
from tests.typing.checkers import messages
from tests.typing.checkers import written

BY_BOTH = [file for file in REJECTED if file.stem != "limits"]


def stem(file: Path) -> str:
    return file.stem


@pytest.mark.checkers
@pytest.mark.timeout(300)
def test_the_checkers_say_what_is_written() -> None:
    said = messages([*ACCEPTED, *REJECTED])

    differences: list[str] = []
    for file in [*ACCEPTED, *REJECTED]:
        program = file.read_text()
        now = written(program, [message for message in said if message.file == file])
        differences += unified_diff(
            program.splitlines(), now.splitlines(), f"{file}", "now", n=1, lineterm=""
        )
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("file", BY_BOTH, ids=stem)
def test_a_wrong_program_is_rejected_by_both_checkers(file: Path) -> None:
    lines = file.read_text().splitlines()

    accepted_by_one = [
        ast.unparse(program)
        for program in ast.parse("\n".join(lines)).body[1:]
        if isinstance(program, ast.Expr | ast.AnnAssign)
        and said_behind(program, lines) != {"mypy", "pyright"}
    ]
    assert accepted_by_one == []


def said_behind(program: ast.stmt, lines: list[str]) -> set[str]:
    checkers: set[str] = set()
    for line in lines[program.end_lineno :]:
        said = WRITTEN.match(line)
        if said is None:
            break
        checkers |= {said["checker"]} if said["checker"] else set()
    return checkers


@pytest.mark.parametrize("file", ACCEPTED, ids=stem)
def test_an_accepted_program_builds(file: Path) -> None:
    assert runpy.run_path(str(file))
