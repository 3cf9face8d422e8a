"""README tells the truth: its Python is typed, and prints what README shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Write README's Python into a file, as a reader would."""
    file = tmp_path / "prices.py"
    file.write_text("\n".join(blocks("python")))
    return file


def blocks(language: str) -> list[str]:
    """Give what README shows in ``language``."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def said(*command: str, folder: Path) -> str:
    """Run ``command``; give all that it prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ).stdout


def without_pids(text: str) -> str:
    return re.sub(r"pid \d+", "pid P", text)


def test_the_python_in_it_prints_what_it_shows(script: Path) -> None:
    printed = said("prices.py", folder=script.parent)

    shown = "".join(blocks("text"))
    assert without_pids(printed).replace(f"{script.parent}/", "") == without_pids(shown)
    assert shown.count("\n") > 5


@pytest.mark.checkers
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_python_in_it_is_typed(script: Path) -> None:
    script.write_text(f"# pyright: strict\n{script.read_text()}")

    mypy = said("-m", "mypy", str(script), folder=ROOT)
    pyright = said("-m", "pyright", str(script), folder=ROOT)

    assert mypy == "Success: no issues found in 1 source file\n"
    assert "0 errors, 0 warnings" in pyright
