"""A file's folder comes first on ``sys.path``, here and in every worker."""

import sys
from pathlib import Path
from subprocess import run

import pytest

from tests.cli.command import PATIENCE
from tests.cli.command import environment
from tests.cli.command import fstream

PLAN = """
import sys
from dataclasses import dataclass

from fstream import *


@dataclass
class Pair:
    left: int
    right: int


def pair(n):
    import neighbour  # in the worker, too

    return Pair(n, neighbour.plus_one(n))


def where(pair):
    assert type(pair) is Pair
    return (__name__, sys.path[0], pair.right)


plan = (
    source([1])
    .via(map_stage(pair))
    .via(map_stage(where, on=inline()))
    .to(collect())
)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a module in a package, and one beside it."""
    made = tmp_path_factory.mktemp("targets")
    inside = made / "package" / "inside"
    inside.mkdir(parents=True)
    (inside / "paired.py").write_text(PLAN)
    (inside / "neighbour.py").write_text("def plus_one(n):\n    return n + 1\n")
    (inside / "my-plan.py").write_text(PLAN)
    (made / "neighbour.py").write_text("def plus_one(n):\n    return n + 100\n")
    return made


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("paired", "inline"),
        ("paired", "threads:1"),
        ("paired", "processes:1"),
        ("my-plan", "processes:1"),
    ],
)
def test_a_file_is_imported_by_its_stem_from_its_own_folder(
    name: str, on: str, folder: Path
) -> None:
    inside = folder / "package" / "inside"

    done = fstream("run", f"package/inside/{name}.py:plan", "--on", on, folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == f"(('{name}', '{inside}', 2),)"


@pytest.mark.parametrize("on", ["inline", "processes:1"])
def test_a_module_is_found_from_the_current_folder(on: str, folder: Path) -> None:
    done = fstream("run", "package.inside.paired:plan", "--on", on, folder=folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == (
        f"(('package.inside.paired', '{folder}', 101),)"
    )


def test_the_script_runs_what_the_module_runs(folder: Path) -> None:
    script = "import sys; from fstream.__main__ import main; sys.exit(main())"

    done = run(
        [sys.executable, "-c", script, "run", "package/inside/paired.py:plan"],
        cwd=folder,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("complete in ")
