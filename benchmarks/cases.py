"""The cases by id: each a function from a scale to its rows."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import TypeAlias

from benchmarks import arrays
from benchmarks import copies
from benchmarks import failing
from benchmarks import growth
from benchmarks import inline
from benchmarks import lives
from benchmarks import memory
from benchmarks import observed
from benchmarks import processes
from benchmarks import routes
from benchmarks import waiting
from benchmarks.scale import Scale
from benchmarks.table import Row

Case: TypeAlias = Callable[[Scale], list[Row]]

CASES: Mapping[str, Case] = {
    "G1": inline.g1,
    "G2": inline.g2,
    "G3": inline.g3,
    "G4": inline.g4,
    "G5": waiting.g5,
    "G6": waiting.g6,
    "G7": processes.g7,
    "G8": processes.g8,
    "G9": processes.g9,
    "G10": arrays.g10,
    "G11": failing.g11,
    "G12": processes.g12,
    "G13": routes.g13,
    "G14": copies.g14,
    "G15": lives.g15,
    "G16": memory.g16,
    "G17": growth.g17,
    "G18": observed.g18,
    "G19": lives.g19,
}
