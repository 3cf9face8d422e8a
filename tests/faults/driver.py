"""The driver: runs each scenario in a child of its own, and looks at what is left.

It is a *subreaper*: whoever a scenario leaves running becomes its child, and is
found. It has imported all that scenarios need and runs nothing itself, so that a
child of it is a clean process that took a millisecond to start.

It reads ``ID CONTEXT`` by lines, and answers each with a line of JSON.
"""

import faulthandler
import json
import os
import pkgutil
import re
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias, final

import fstream.contexts
import fstream.running  # so that children need not import it
from fstream.worker.kin import adopt_orphans
from fstream.worker.recorder import PAGE
from tests.faults.inside import live_through
from tests.faults.scenario import PATIENCE
from tests.faults.scenario import Scenario
from tests.leaks import descendants_of

SLACK = 4  # a machine may be busy: a hang is told from slowness by that much
PAUSE = 0.005
BURIALS = 0.02
AGONY = 0.05
SHARED = Path("/dev/shm")
LONGEST = 20_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a scenario went; nothing is ``wrong`` with a good one."""

    wrong: tuple[str, ...]
    stdout: str
    stderr: str
    seconds: float

    def __str__(self) -> str:
        lines = (f"- {text}" for text in self.wrong)
        return "\n".join(
            (*lines, "--- stdout", self.stdout, "--- stderr", self.stderr)
        ).rstrip()


@final
@dataclass(frozen=True, slots=True)
class Job:
    """What the process that was just forked has to live through."""

    scenario: Scenario
    context: str

    def run(self) -> int:
        """Answer the exit code."""
        return live_through(self.scenario, self.context)


Served: TypeAlias = Job | None


def serve(scenarios: Mapping[str, Scenario]) -> Served:
    """Serve until the input ends; in a scenario's process, answer what to run."""
    for module in pkgutil.iter_modules(fstream.contexts.__path__):
        import_module(f"fstream.contexts.{module.name}")
    adopt_orphans()
    for line in iter(sys.stdin.readline, ""):
        name, context = line.split()
        found = _examine(scenarios[name], context)
        if isinstance(found, Job):
            return found
        print(json.dumps(asdict(found)), flush=True)
    return None


def _examine(scenario: Scenario, context: str) -> Finding | Job:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    scratch = folder / "scratch"
    scratch.mkdir()
    shared = _names_in(SHARED)
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _become_a_host(folder, scratch)
        return Job(scenario, context)
    wrong = [
        *_watched(pid, scenario.seconds * SLACK),
        *_orphans(),
        *(f"shared memory {name}" for name in _names_in(SHARED) - shared),
        *(f"temporary file {name}" for name in _names_in(scratch)),
    ]
    seconds = time.monotonic() - began
    stdout, stderr = _text(folder / "stdout"), _text(folder / "stderr")
    if _without(stderr, scenario.noise):
        wrong.append("something on stderr")
    shutil.rmtree(folder)
    return Finding(
        wrong=tuple(wrong), stdout=_cut(stdout), stderr=_cut(stderr), seconds=seconds
    )


def _become_a_host(folder: Path, scratch: Path) -> None:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(folder / name, flags, 0o600), number)
    os.closerange(3, 256)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
    # By this alone, because a watchdog would be a thread that the host never had.
    faulthandler.enable()


def _watched(pid: int, limit: float) -> Iterator[str]:
    """Wait for a scenario's end; give what is wrong with it."""
    pidfd = os.pidfd_open(pid)
    try:
        if not _is_over(pid, pidfd, limit):
            yield f"hangs: stopped after {limit:g} s, the stacks are on stderr"
            yield from _dumped(pid)
            if not _is_over(pid, pidfd, PATIENCE):
                os.kill(pid, signal.SIGKILL)
    finally:
        os.close(pidfd)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        yield f"ended with {code}"


def _dumped(host: int) -> Iterator[str]:
    """End the host, who dumps its stacks, and workers, who do so in files of theirs."""
    descendants = dict(descendants_of())
    files = {
        number: os.fdopen(os.open(path, os.O_RDONLY), "rb")
        for number, path in _memory_files(descendants).items()
    }
    others = [pid for pid in reversed(descendants) if pid != host]
    os.kill(host, signal.SIGSTOP)  # so that it stays where it is
    for pid in others:  # workers before their nursery, with which they would end
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGABRT)
        time.sleep(AGONY)
    os.kill(host, signal.SIGABRT)
    os.kill(host, signal.SIGCONT)
    yield from (f"process {pid} ({text})" for pid, text in descendants.items())
    for file in files.values():
        with file:
            file.seek(PAGE)
            yield from filter(None, [file.read().decode(errors="replace").strip()])


def _memory_files(pids: Iterable[int]) -> dict[int, str]:
    """Find the files in memory of processes, each by the number of its inode."""
    found: dict[int, str] = {}
    for pid in pids:
        with suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                if "memfd:fstream" in str(entry.readlink()):
                    found[entry.stat().st_ino] = str(entry)
    return found


def _is_over(pid: int, pidfd: int, limit: float) -> bool:
    """Wait for the end of ``pid``, and bury whoever else dies, as ``init`` would."""
    deadline = time.monotonic() + limit
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    while not poll.poll(1000 * BURIALS):
        if time.monotonic() > deadline:
            return False
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is not None and found.si_pid != pid:
            os.waitpid(found.si_pid, 0)
    return True


def _orphans() -> Iterator[str]:
    """Give the scenario's descendants who do not end by themselves, and end them."""
    deadline = time.monotonic() + PATIENCE
    while _has_children():
        if time.monotonic() > deadline:
            yield from (f"orphan {pid} ({text})" for pid, text in descendants_of())
            _kill_all()
            return
        time.sleep(PAUSE)


def _has_children() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def _kill_all() -> None:
    while _has_children():
        for pid, _ in descendants_of():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE)


def _without(text: str, noise: str | None) -> str:
    if noise is not None:
        text = re.sub(noise, "", text, flags=re.MULTILINE)
    return text.strip()


def _names_in(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()


def _text(path: Path) -> str:
    return path.read_text(errors="backslashreplace") if path.exists() else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n[...]"
