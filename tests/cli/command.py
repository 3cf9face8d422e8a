"""The command, run as users run it: in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "fstream")
PATIENCE = 30


def fstream(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in ``folder`` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def environment() -> Mapping[str, str]:
    """Give this process's environment, in which ``fstream`` can be imported."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}
