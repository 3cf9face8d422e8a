"""``python -m tests.soak --seconds S --kills N --seed K``: runs under fire.

Round after round is drawn, run while its workers are shot at, and judged. The first
that is wrong ends the soak, and says how to see it again.
"""

import argparse
import faulthandler
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import final

from fstream import TimedOut
from fstream import WorkerLost
from fstream import count
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source
from fstream.worker import lifeline
from tests.leaks import left_behind
from tests.leaks import traces
from tests.soak.judge import Evidence
from tests.soak.judge import has_given_up
from tests.soak.judge import judged
from tests.soak.judge import lines_in
from tests.soak.plans import Round
from tests.soak.plans import drawn
from tests.soak.running import observed
from tests.soak.shots import Gun
from tests.soak.shots import nursery_of
from tests.soak.shots import workers_of

STANDSTILL = 20
SHARE_OF_STOPS = 0.15
MOST_SHOWN = 20


class HangError(Exception):
    """A round did not end."""


@final
@dataclass(slots=True)
class Sum:
    """What the rounds came to."""

    rounds: int = 0
    kills: int = 0
    stops: int = 0
    nurseries: int = 0
    outcomes: int = 0
    failed: int = 0
    lost: int = 0
    late: int = 0
    deaths: int = 0
    reruns: int = 0
    given_up: int = 0

    def add(self, known: Evidence) -> None:
        """Count a round."""
        kinds = [shot.kind for shot in known.shots]
        failures = [came.failed for came in known.seen.came if came.failed is not None]
        executed = [line for lines in known.begun.values() for line in lines]
        self.rounds += 1
        self.kills += kinds.count("killed")
        self.stops += kinds.count("stopped")
        self.nurseries += kinds.count("nursery killed")
        self.outcomes += len(known.seen.came)
        self.failed += len(failures)
        self.lost += sum(isinstance(each, WorkerLost) for each in failures)
        self.late += sum(isinstance(each, TimedOut) for each in failures)
        self.deaths += len(known.dead)
        self.given_up += has_given_up(known)
        self.reruns += len(executed)
        self.reruns -= len({(line.stage, line.unit) for line in executed})

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds ({self.given_up} given up), {self.kills} kills, "
            f"{self.stops} stops, {self.nurseries} nurseries killed, "
            f"{self.deaths} processes ended early; "
            f"{self.outcomes} outcomes, {self.failed} failures, {self.lost} of lost "
            f"workers, {self.late} too late, {self.reruns} executions repeated"
        )


def main(words: list[str]) -> int:
    """Soak, and answer the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--kills", type=int, help="about so many, if not 5 a second")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--round", type=int, help="run this one round alone")
    chosen = parser.parse_args(words)
    faulthandler.enable()
    began = time.monotonic()
    total, gun = Sum(), Gun()
    run(source([1]).via(map_stage(abs, on=processes(1))).to(count()))  # has descriptors
    kills = 5 * chosen.seconds if chosen.kills is None else chosen.kills
    pause = chosen.seconds / max(1, kills)
    numbers = [chosen.round] if chosen.round is not None else range(sys.maxsize)
    try:
        for number in numbers:
            wrong = _lived(drawn(f"{chosen.seed}/{number}", pause), gun, total)
            if wrong:
                again = f"--seconds {chosen.seconds:g} --kills {kills:g}"
                print(*wrong[:MOST_SHOWN], wrong[-1], sep="\n")
                print(f"again: python -m tests.soak {again} --seed {chosen.seed} "
                      f"--round {number}")  # fmt: skip
                return 1
            if time.monotonic() - began > chosen.seconds:
                break
    finally:
        gun.close()
        print(f"seed {chosen.seed}, {time.monotonic() - began:.1f} s: {total}")
    return 0


def _lived(round_: Round, gun: Gun, total: Sum) -> list[str]:
    """Run a round; say what is wrong with it."""
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    before = traces()
    try:
        with _watched(folder):
            if round_.is_killable:
                gun.fire(seed=round_.seed, pause=round_.pause, stops=SHARE_OF_STOPS)
            seen = observed(round_, str(folder))
            left = [*workers_of(os.getpid(), nursery_of(os.getpid()))]
    except HangError:
        (folder / "shots").write_text("\n".join(map(str, gun.cease())))
        what = f"nothing was noted for {STANDSTILL} s; the stacks are above"
        return [f"{round_}", what, f"what was noted: {folder}"]
    shots = gun.cease()
    known = Evidence(
        drawn=round_,
        seen=seen,
        lines=lines_in(folder),
        shots=shots,
        own=os.getpid(),
    )
    wrong = [*judged(known), *(f"worker {pid} is left" for pid in left)]
    wrong += left_behind(before)
    total.add(known)
    if wrong:
        (folder / "shots").write_text("\n".join(map(str, shots)))
        return [f"{round_}", *wrong, f"what was noted: {folder}"]
    shutil.rmtree(folder)
    return []


@contextmanager
def _watched(folder: Path) -> Iterator[None]:
    """Raise, with all stacks dumped, where nothing is noted for too long."""
    seen = time.time()

    def look(_number: int, _frame: FrameType | None) -> None:
        newest = max((each.stat().st_mtime for each in folder.iterdir()), default=seen)
        if time.time() - max(newest, seen) > STANDSTILL:
            faulthandler.dump_traceback(all_threads=True)
            raise HangError

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    lifeline._program.end()
    sys.exit(code)
