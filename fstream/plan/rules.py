"""The rules of stages that keep a state.

They are data, as the nodes in ``fstream.plan.nodes`` are, and users' functions
stand in them as erased.
"""

from collections.abc import Callable
from typing import Never, TypeAlias, final

from fstream.result.value import value

Key: TypeAlias = Callable[[Never], object]
Step: TypeAlias = Callable[[Never, Never], object]


@final
@value
class Scan:
    """Replace each item by the next state, ``fn(state, item)``."""

    init: object
    fn: Step


@final
@value
class ScanBy:
    """Replace each item by its key and that key's next state, ``fn(state, item)``."""

    key: Key
    init: object
    fn: Step


@final
@value
class Drop:
    """Keep all but the first ``n`` items."""

    n: int


@final
@value
class Distinct:
    """Keep the first item of each ``key(item)``; without a key, of each item."""

    key: Key | None


@final
@value
class GroupBy:
    """Collect ``size`` items of one key into a tuple; the rest follows at the end."""

    key: Key
    size: int


@final
@value
class LimitRate:
    """Let items pass one by one, ``per_second`` at most."""

    per_second: float


@final
@value
class Take:
    """Keep the first ``n`` items; with the last, the run ends if this ``ends`` it.

    Whether it does is found by the compiler: in an arm or a handler it does not.
    """

    n: int
    ends: bool = False


@final
@value
class TakeWhile:
    """Keep items as long as ``fn(item)`` is true, then end the run as ``Take``."""

    fn: Key
    ends: bool = False


Replacing: TypeAlias = Scan | ScanBy | LimitRate
Sifting: TypeAlias = Drop | Distinct | Take | TakeWhile
Rule: TypeAlias = Replacing | Sifting | GroupBy
