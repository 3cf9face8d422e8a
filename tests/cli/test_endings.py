"""The command ends cleanly: at Ctrl-C, without a reader, without a standard output."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import COMMAND
from tests.cli.command import PATIENCE
from tests.cli.command import environment
from tests.wait import is_alive
from tests.wait import wait_until

PLANS = """
import os
import time

from fstream import *


def wait(n):
    print(os.getpid(), os.getppid(), flush=True)
    time.sleep(60)


plan = source([1, 2]).to(collect())
waiting = source([1, 2]).via(map_stage(wait)).to(drain())
"""
SLOW = """
import os
import time

print(os.getpid(), os.getppid(), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with plans."""
    made = tmp_path_factory.mktemp("endings")
    (made / "plans.py").write_text(PLANS)
    (made / "slow.py").write_text(SLOW)
    return made


def ended(command: subprocess.Popen[str]) -> tuple[str, str]:
    """What ``command`` said until its end; one that does not end tells its stacks."""
    try:
        return command.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        command.send_signal(signal.SIGABRT)
        out, err = command.communicate()
        pytest.fail(f"it did not end:\n{out}\n{err}", pytrace=False)


@pytest.mark.parametrize(
    ("target", "on"),
    [
        ("slow.py:plan", "inline"),
        ("plans.py:waiting", "inline"),
        ("plans.py:waiting", "threads:1"),
        ("plans.py:waiting", "processes:1"),
    ],
)
def test_at_ctrl_c_it_says_so_and_leaves_no_process(
    target: str, on: str, folder: Path
) -> None:
    with subprocess.Popen(
        [*COMMAND, "run", target, "--on", on],
        cwd=folder,
        env={**environment(), "PYTHONFAULTHANDLER": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        assert command.stdout is not None
        at_work, parent = map(int, command.stdout.readline().split())
        os.killpg(command.pid, signal.SIGINT)
        out, err = ended(command)

    started = {at_work, parent, command.pid} - {os.getpid()}
    wait_until(lambda: not any(map(is_alive, started)))
    assert (command.returncode, out, err) == (130, "", "fstream: interrupted\n")
    assert len(started) == (3 if on == "processes:1" else 1)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_without_a_reader_it_fails_in_silence(
    options: tuple[str, ...], folder: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*COMMAND, "run", "plans.py:plan", *options],
        cwd=folder,
        env=environment(),
        check=False,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
    )

    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_without_a_standard_output_the_exit_code_still_tells(
    options: tuple[str, ...], folder: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "run", "plans.py:plan", *options],
        cwd=folder,
        env=environment(),
        check=False,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
    )

    assert (done.returncode, done.stderr) == (0, b"")
