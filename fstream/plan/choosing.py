"""The tests of a route: which items take an arm.

They are data, as the nodes in ``fstream.plan.nodes`` are, and users' functions
stand in them as erased.
"""

from collections.abc import Callable
from typing import Never, TypeAlias, final

from fstream.result.value import value

Asked: TypeAlias = Callable[[Never], object]


@final
@value
class OfClass:
    """An arm is taken by instances of ``classes``."""

    classes: tuple[type, ...]


@final
@value
class OfGuard:
    """An arm is taken where ``guard(item)`` is true."""

    guard: Asked


@final
@value
class OfPort:
    """An arm is taken by messages to ``port``, and unwraps them."""

    port: type


@final
@value
class OfKey:
    """An arm is taken where ``key(item) == value``; arms may share one ``key``."""

    key: Asked
    value: object


@final
@value
class OfRest:
    """An arm is taken by every item that comes to it."""


Test: TypeAlias = OfClass | OfGuard | OfPort | OfKey | OfRest
