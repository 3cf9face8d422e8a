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


Replacing: TypeAlias = Scan | ScanBy
Sifting: TypeAlias = Drop | Distinct
Rule: TypeAlias = Replacing | Sifting | GroupBy
