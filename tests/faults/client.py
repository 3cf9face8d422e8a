"""A driver, as those who want scenarios to be run see it."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import final

from tests.faults.driver import Finding
from tests.faults.scenario import PATIENCE

ROOT = Path(__file__).parents[2]


@final
class Driver:
    """A driver process, started when it is first asked.

    Its scenarios are those of ``modules``, or all there are. It waits ``patience``
    seconds for everyone to be gone.
    """

    def __init__(self, *modules: str, patience: float = PATIENCE) -> None:
        self._modules = modules
        self._patience = patience
        self._process: subprocess.Popen[str] | None = None

    def examine(self, name: str, context: str) -> Finding:
        """Have a scenario run, and tell how it went."""
        if self._process is None:
            self._process = self._started()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{name} {context}\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        return Finding(**{**told, "wrong": tuple(told["wrong"])})

    def close(self) -> None:
        """End the driver."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with suppress(OSError):
            process.communicate("")
        process.kill()
        process.wait()

    def _started(self) -> subprocess.Popen[str]:
        # Without coverage, which would start in each worker anew.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("COVERAGE")
        }
        return subprocess.Popen(
            [
                *(sys.executable, "-W", "error", "-m", "tests.faults"),
                *("--serve", *self._modules),
            ],
            cwd=ROOT,
            env=environment | {"FAULTS_PATIENCE": str(self._patience)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
