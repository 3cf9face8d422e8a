"""Batches: items in groups."""

from typing import TypeVar

from fstream.plan.labels import check_count
from fstream.plan.labels import label
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Unbatch
from fstream.plan.typed import Stage

A = TypeVar("A")


def batch(n: int = 100, *, within: float | None = None) -> Stage[A, tuple[A, ...]]:
    """Collect ``n`` items into a tuple; a smaller rest follows at the end.

    With ``within``, a batch also ends when its first item is that many seconds
    old.

    >>> batch(2, within=0.5)  # doctest: +ELLIPSIS
    batch(2, within=0.5)  # ...
    """
    check_count(n, "batch(n=...)", least=1)
    _check_seconds(within)
    return Stage(Batch(n, within, label("batch")))


def unbatch() -> Stage[tuple[A, ...], A]:
    """Send on the items of each tuple, one after the other.

    >>> batch(2) >> unbatch()  # doctest: +ELLIPSIS
    batch(2)      # ...
    >> unbatch()  # ...
    """
    return Stage(Unbatch(label("unbatch")))


def _check_seconds(within: object) -> None:
    if within is None:
        return
    if not isinstance(within, int | float) or isinstance(within, bool):
        text = f"batch(within=...) must be seconds, but got {within!r}"
        raise TypeError(text)
    if not within > 0:
        text = f"batch(within=...) must be more than 0 seconds, but got {within!r}"
        raise ValueError(text)
