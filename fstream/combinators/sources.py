"""Sources: where items begin."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from typing import TypeVar

from fstream.plan.labels import check_function
from fstream.plan.labels import function_name
from fstream.plan.labels import label
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Items
from fstream.plan.nodes import Made
from fstream.plan.typed import Source

A = TypeVar("A")


def source(items: Collection[A]) -> Source[A]:
    """Begin with ``items``, which are kept by reference, in their order.

    >>> source([1, 2]) == source([1, 2])
    True
    >>> source(range(3))  # doctest: +ELLIPSIS
    source(range(0, 3))  # ...
    """
    _check_collection(items)
    return Source(Flow(Items(items, label("source")), Chain(())))


def source_from(make: Callable[[], Iterable[A]]) -> Source[A]:
    """Begin with the items of ``make()``, called afresh by every run.

    So a plan over a file or a generator can run as often as one over a list.

    >>> source_from(list)  # doctest: +ELLIPSIS
    source_from(list)  # ...
    """
    check_function(make, "source_from(make=...)")
    return Source(Flow(Made(make, label(function_name(make))), Chain(())))


def _check_collection(items: object) -> None:
    if not isinstance(items, Collection):
        text = (
            f"source(items=...) must be a collection, but got {items!r};"
            " source_from(make) takes a function that makes an iterable"
        )
        raise TypeError(text)
