"""The origins of items: sources without their stages."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from typing import final

from fstream.plan.labels import Label
from fstream.result.value import value


@final
@value
class Items:
    """The items of a collection, in its order."""

    items: Collection[object]
    label: Label


@final
@value
class Made:
    """The items of ``make()``, called afresh by every run."""

    make: Callable[[], Iterable[object]]
    label: Label


@final
@value
class Live:
    """The items of ``make()``, iterated in a thread of its own."""

    make: Callable[[], Iterable[object]]
    label: Label
