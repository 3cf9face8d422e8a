"""The census counts what is there, the same everywhere; a bad file harms no other."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from fstream import Context
from fstream import Report
from fstream import StageFailure
from fstream import Success
from fstream import inline
from fstream import processes
from fstream import run
from fstream import threads

ROOT = Path(__file__).parents[2]
OPTIONS = re.compile(r"-m fstream run (examples/census\.py:plan .*)")
FILES = {
    "classes.py": """
class Outer:
    class Inner:
        async def visit(self):
            def helper(): ...

    def method(self): ...

if True:
    def function(): ...
""",
    "functions.py": """
try:
    pass
except OSError:
    async def late(): ...
def early(): return lambda: None
""",
    "inside/script.py": "match 1:\n    case 1:\n        x = '\\d'\n",
    "inside/empty.py": "",
    "inside/latin.py": "# coding: latin-1\nname = '\xe9'\n",
    "inside/broken.py": "fine = 1\nprint 'old'\n",
    "site-packages/other.py": "class Installed: ...\n",
}

# The example switches them off where it is imported; pytest switches them on again.
pytestmark = pytest.mark.filterwarnings(
    "ignore::SyntaxWarning", "ignore:invalid escape:DeprecationWarning"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a small library."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="latin-1")
    return tmp_path


@pytest.fixture
def census(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the example as the command does."""
    monkeypatch.syspath_prepend(ROOT / "examples")
    return importlib.import_module("census")


@pytest.mark.parametrize("on", [inline(), threads(2), processes(2)], ids=repr)
def test_a_small_folder_is_counted(
    on: Context, folder: Path, census: ModuleType
) -> None:
    report = Report()

    outcome = run(census.census(folder), on=on, tolerate=1, observers=[report])

    assert isinstance(outcome, Success)
    assert str(outcome.unwrap()) == "\n".join(
        (
            f"The modules in {folder}",
            "                modules      lines  classes  functions   async",
            "with classes          1         10        2          4       1",
            "with functions        1          6        0          2       1",
            "scripts               3          5        0          0       0",
            "all                   5         21        2          6       2",
            "The ten largest",
            "        10 lines  classes.py",
            "         6 lines  functions.py",
            "         3 lines  inside/script.py",
            "         2 lines  inside/latin.py",
            "         0 lines  inside/empty.py",
        )
    )
    (failure,) = report.failures
    assert isinstance(failure, StageFailure)
    assert failure.stage == "parse"
    assert failure.is_a("SyntaxError")
    assert failure.item == f"Text(file={folder / 'inside' / 'broken.py'!r})"
    assert "    print 'old'\n" in failure.traceback
    ledger = [(row.name, row.entered, row.out, row.failed) for row in report.stages]
    assert ledger == [
        ("read", 6, 6, 0),
        ("parse", 6, 5, 1),
        ("route", 5, 5, 0),
        ("count_classes", 1, 1, 0),
        ("count_functions", 1, 1, 0),
        ("count_lines", 3, 3, 0),
    ]


@pytest.mark.slow
def test_the_main_command_counts_the_real_library() -> None:
    told = json.loads(_main_command())

    census, failures = told["outcome"]["value"], told["failures"]
    files = _library()
    failed = {failure["index"] for failure in failures}
    tallies, largest = census["tallies"], census["largest"]
    assert tallies["all"]["modules"] + len(failures) == len(files) > 500
    for key, total in tallies["all"].items():
        assert total == sum(
            each[key] for kind, each in tallies.items() if kind != "all"
        )
    assert [entry["lines"] for entry in largest] == sorted(
        (
            len(file.read_bytes().splitlines())
            for index, file in enumerate(files)
            if index not in failed
        ),
        reverse=True,
    )[:10]
    assert told["run"]["failed"] == len(failures)
    assert all(failure["context"] == "processes(2)" for failure in failures)
    assert [_refusal(files[failure["index"]]) for failure in failures] == [
        (failure["error"]["kind"], failure["error"]["message"]) for failure in failures
    ]


def _main_command() -> str:
    """Run what README marks; it completes, so what it tolerates is enough here."""
    options = OPTIONS.search((ROOT / "README.md").read_text())
    assert options is not None
    done = subprocess.run(
        [sys.executable, "-m", "fstream", "run", *options[1].split(), "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _library() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    return [
        file
        for file in sorted(folder.rglob("*.py"))
        if "site-packages" not in file.parts and "dist-packages" not in file.parts
    ]


def _refusal(file: Path) -> tuple[str, str]:
    """Give what Python itself says about a file that it cannot parse."""
    with pytest.raises(SyntaxError) as refused:
        ast.parse(file.read_bytes(), str(file))
    return (refused.type.__name__, str(refused.value))
