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
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.origins import Made
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


def live_source(make: Callable[[], Iterable[A]]) -> Source[A]:
    """Begin with the items of ``make()``, iterated in a thread of its own.

    For sources that wait: a queue, a socket, a log that grows. Results, deadlines and
    the end of the run do not wait for the next item, as they do with ``source_from``;
    values and their order are the same.

    The thread calls ``make`` and iterates, some 1000 items ahead of the run at most,
    with the context variables of the caller. When the run ends, a generator is closed
    there as soon as it yields again; one that waits for ever is left behind, as a
    daemon thread, and ``Report.abandoned_threads`` counts it.

    >>> from fstream import collect, run
    >>> def numbers():
    ...     yield from range(3)
    >>> run(live_source(numbers).to(collect()))
    <Success: (0, 1, 2)>
    """
    check_function(make, "live_source(make=...)")
    return Source(Flow(Live(make, label(function_name(make))), Chain(())))


def _check_collection(items: object) -> None:
    if not isinstance(items, Collection):
        text = (
            f"source(items=...) must be a collection, but got {items!r};"
            " source_from(make) takes a function that makes an iterable"
        )
        raise TypeError(text)
