"""The bound on what is pulled ahead of a consumer that pauses."""

import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import sleep
from typing import final

from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.workfunctions import ident
from fstream import Success
from fstream import map_stage
from fstream import processes
from fstream import source_from
from fstream import stream

_TAKEN = 100
_CHUNKS = 8
_LARGEST_CHUNK = 4096
_MEGABYTES = 20


@final
@dataclass(slots=True)
class Counted:
    """A lazy source that counts how often it was pulled."""

    size: int
    pulled: int = 0

    def numbers(self) -> Iterator[int]:
        """Give the numbers, counting each."""
        for number in range(self.size):
            self.pulled += 1
            yield number


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What was seen while the consumer slept."""

    ahead: int
    grown: int
    megabytes: float

    def __str__(self) -> str:
        return f"{self.ahead} ahead, +{self.grown}, {self.megabytes:+.1f} MB"


def g16(scale: Scale) -> list[Row]:
    """Pause after 100 items of a source that is far longer."""
    size = scale.items(10_000_000)
    nap = 0.05 if scale.mode == "small" else 0.5
    early = _fstream_paused(size, nap, after=_TAKEN)
    late = _fstream_paused(size, nap, after=size // 50)
    peer = _pool_paused(min(size, 1_000_000), nap)
    bound = _CHUNKS * _LARGEST_CHUNK
    met = all(
        seen.ahead <= bound and seen.grown == 0 and seen.megabytes < _MEGABYTES
        for seen in (early, late)
    )
    return [
        Row(
            id="G16",
            workload=f"{size:,} lazy items, a pause after {_TAKEN}",
            limit="-",
            peer=f"Pool.imap {peer}",
            fstream=str(early),
            ratio="-",
            goal=f"<= {bound} ahead, +0, < +{_MEGABYTES} MB",
            met="yes" if met else "no",
            note=(
                f"pulled ahead of the consumer, growth during the pause, RSS of the "
                f"parent; a pause after {size // 50:,}: {late}; {_CHUNKS} chunks of at "
                f"most {_LARGEST_CHUNK}; Pool is given 1M items at most"
            ),
        )
    ]


def _fstream_paused(size: int, nap: float, *, after: int) -> Pause:
    _warmed()
    before = _resident_megabytes()
    counted = Counted(size)
    lazy = source_from(counted.numbers).via(map_stage(ident))
    outcomes = stream(lazy, on=processes(2))
    good = sum(isinstance(each, Success) for each in islice(outcomes, after))
    if good != after:
        sys.exit(f"fstream gave {good} good items, but {after} is right")
    seen = _seen(counted, nap=nap, taken=after, before=before)
    outcomes.close()
    return seen


def _warmed() -> None:
    for _ in stream(source_from(lambda: range(3)), on=processes(2)):
        pass


def _pool_paused(size: int, nap: float) -> Pause:
    counted = Counted(size)
    with get_context("fork").Pool(2) as pool:
        before = _resident_megabytes()
        results = pool.imap(ident, counted.numbers(), 256)
        for _ in islice(results, _TAKEN):
            pass
        return _seen(counted, nap=nap, taken=_TAKEN, before=before)


def _seen(counted: Counted, *, nap: float, taken: int, before: float) -> Pause:
    ahead = counted.pulled - taken
    sleep(nap)
    grown = counted.pulled - taken - ahead
    return Pause(ahead=ahead, grown=grown, megabytes=_resident_megabytes() - before)


def _resident_megabytes() -> float:
    statm = Path("/proc/self/statm")
    if statm.exists():
        pages = int(statm.read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
