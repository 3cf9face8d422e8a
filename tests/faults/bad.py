"""Scenarios that go wrong themselves, each in one way that the driver must find."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings

from fstream import Context
from fstream import collect
from fstream import map_stage
from fstream import run
from fstream import source
from tests.faults.scenario import Scenario


def fine(_: Context) -> None:
    """Do nothing."""


def is_wrong(_: Context) -> None:
    assert 1 + 1 == 3


def hangs(_: Context) -> None:
    thread = threading.Thread(target=_wait_elsewhere, daemon=True)
    thread.start()
    time.sleep(600)


def _wait_elsewhere() -> None:
    time.sleep(600)


def hang_there(_: int) -> int:
    time.sleep(600)
    return 0


def hangs_in_a_worker(context: Context) -> None:
    run(source([1]).via(map_stage(hang_there)).to(collect()), on=context)


def hangs_with_signals_blocked(_: Context) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGABRT})
    time.sleep(600)


def says_something(_: Context) -> None:
    print("something", file=sys.stderr)
    print("expected 7", file=sys.stderr)


def warns(_: Context) -> None:
    warnings.warn("so what", UserWarning, stacklevel=1)


def forgets_a_file(_: Context) -> None:
    open("/dev/null")  # noqa: PTH123, SIM115


def dies(_: Context) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def exits(_: Context) -> None:
    os._exit(3)


def leaves_a_child(_: Context) -> None:
    if os.fork() == 0:
        time.sleep(600)


def leaves_an_orphan(_: Context) -> None:
    subprocess.run(["/bin/sh", "-c", "setsid sleep 600 &"], check=True)


def leaves_a_descriptor(_: Context) -> None:
    os.open("/dev/null", os.O_RDONLY)


def leaves_a_thread(_: Context) -> None:
    threading.Thread(target=_wait_elsewhere, daemon=True, name="stuck").start()


def leaves_a_handler(_: Context) -> None:
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def leaves_a_folder(_: Context) -> None:
    os.chdir("/")


def leaves_a_variable(_: Context) -> None:
    os.environ["LEFT"] = "behind"


def leaves_a_mask(_: Context) -> None:
    os.umask(0o11)


def leaves_a_temporary_file(_: Context) -> None:
    descriptor, _name = tempfile.mkstemp()
    os.close(descriptor)


NOWHERE = ("inline",)
SCENARIOS = {
    scenario.run.__name__: scenario
    for scenario in (
        Scenario(run=fine, contexts=NOWHERE),
        Scenario(run=is_wrong, contexts=NOWHERE),
        Scenario(run=hangs, contexts=NOWHERE, seconds=0.05),
        Scenario(run=hangs_in_a_worker, contexts=("processes",), seconds=0.5),
        Scenario(run=hangs_with_signals_blocked, contexts=NOWHERE, seconds=0.05),
        Scenario(run=says_something, contexts=NOWHERE, noise=r"^expected \d$"),
        Scenario(run=warns, contexts=NOWHERE),
        Scenario(run=forgets_a_file, contexts=NOWHERE),
        Scenario(run=dies, contexts=NOWHERE),
        Scenario(run=exits, contexts=NOWHERE),
        Scenario(run=leaves_a_child, contexts=NOWHERE),
        Scenario(run=leaves_an_orphan, contexts=NOWHERE),
        Scenario(run=leaves_a_descriptor, contexts=NOWHERE),
        Scenario(run=leaves_a_thread, contexts=NOWHERE),
        Scenario(run=leaves_a_handler, contexts=NOWHERE),
        Scenario(run=leaves_a_folder, contexts=NOWHERE),
        Scenario(run=leaves_a_variable, contexts=NOWHERE),
        Scenario(run=leaves_a_mask, contexts=NOWHERE),
        Scenario(run=leaves_a_temporary_file, contexts=NOWHERE),
    )
}
