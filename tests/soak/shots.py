"""Who shoots: a process that ends and stops the workers of another, at random.

``python -m tests.soak.shots PID`` reads orders by lines: ``fire SEED SECONDS
STOPS``, with the mean time between two shots and the share of shots that only stop
a worker, and ``cease``, which it answers with a line of JSON: all it shot at. Whoever
it stopped it kills or lets go on within a second. It knows workers as what they are:
children of the nursery of ``PID``, or copies of ``PID`` itself.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Literal, TypeAlias, final

NURSERY = b"fstream.worker.nursery"
SHARE_OF_NURSERIES = 0.04
LONGEST_STOP = 1.0

Kind: TypeAlias = Literal["killed", "stopped", "nursery killed"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Somebody was hit."""

    pid: int
    kind: Kind
    time: int


@final
@dataclass(slots=True)
class Shooter:
    """The process that shoots."""

    target: int
    rng: random.Random = field(default_factory=random.Random)
    pause: float = 0.0
    stops: float = 0.0
    next: float | None = None
    shots: list[Shot] = field(default_factory=list)
    stopped: dict[int, float] = field(default_factory=dict)

    def serve(self) -> None:
        """Obey, until there is nobody to obey."""
        reader = select.poll()
        reader.register(0, select.POLLIN)
        while True:
            if reader.poll(self._patience()):
                words = sys.stdin.readline().split()
                if not words:
                    break
                self._obey(words)
            self._act()
        self._release_all()

    def _obey(self, words: list[str]) -> None:
        match words:
            case ["fire", seed, pause, stops]:
                self.rng = random.Random(seed)
                self.pause, self.stops = float(pause), float(stops)
                self._aim()
            case _:
                self.next = None
                self._release_all()
                print(json.dumps([asdict(shot) for shot in self.shots]), flush=True)
                self.shots.clear()

    def _patience(self) -> float | None:
        times = [*self.stopped.values(), *([] if self.next is None else [self.next])]
        if not times:
            return None
        return max(0.0, min(times) - time.monotonic()) * 1000

    def _aim(self) -> None:
        self.next = time.monotonic() + self.rng.expovariate(1 / self.pause)

    def _act(self) -> None:
        now = time.monotonic()
        for pid in [pid for pid, until in self.stopped.items() if until <= now]:
            del self.stopped[pid]
            self._hit(pid, self.rng.choice((signal.SIGKILL, signal.SIGCONT)))
        if self.next is not None and self.next <= now:
            self._aim()
            self._shoot()

    def _shoot(self) -> None:
        nursery = nursery_of(self.target)
        if nursery is not None and self.rng.random() < SHARE_OF_NURSERIES:
            self._hit(nursery, signal.SIGKILL, kind="nursery killed")
            return
        workers = [*workers_of(self.target, nursery)]
        if not workers:
            return
        pid = self.rng.choice(workers)
        if self.rng.random() < self.stops:
            self._hit(pid, signal.SIGSTOP)
            until = time.monotonic() + self.rng.random() * LONGEST_STOP
            self.stopped[pid] = until
        else:
            self._hit(pid, signal.SIGKILL)

    def _hit(self, pid: int, number: int, *, kind: Kind | None = None) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            named: Kind = "stopped" if number == signal.SIGSTOP else "killed"
            if number != signal.SIGCONT:
                shot = Shot(pid=pid, kind=kind or named, time=time.monotonic_ns())
                self.shots.append(shot)

    def _release_all(self) -> None:
        for pid in self.stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.stopped.clear()


@final
class Gun:
    """The shooter, as the one who is shot at sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.shots", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fire(self, *, seed: str, pause: float, stops: float) -> None:
        """Shoot every ``pause`` seconds or so, from now on."""
        self._write(f"fire {seed} {pause} {stops}\n")

    def cease(self) -> list[Shot]:
        """Shoot no more; tell who was hit."""
        assert self._process.stdout is not None
        self._write("cease\n")
        return [Shot(**each) for each in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        """End the shooter."""
        self._process.communicate("")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()


def nursery_of(program: int) -> int | None:
    """Find the nursery of a program, which is nobody's child."""
    own = str(program).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            words = _command(int(entry.name)).split(b"\0")
            if any(NURSERY in word for word in words) and own in words:
                return int(entry.name)
    return None


def workers_of(program: int, nursery: int | None) -> Iterator[int]:
    """Find all workers of a program, be they forked by its nursery or by itself."""
    if nursery is not None:
        yield from _children(nursery)
    own = _command(program)
    yield from (pid for pid in _children(program) if _command(pid) == own)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]
    return []


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


if __name__ == "__main__":
    Shooter(int(sys.argv[1])).serve()
