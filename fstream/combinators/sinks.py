"""Sinks: where items end."""

from collections.abc import Callable
from typing import Never, TypeVar

from fstream.plan.contexts import Inline
from fstream.plan.labels import check_callable
from fstream.plan.labels import label_for
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Fold
from fstream.plan.nodes import Map
from fstream.plan.nodes import Piped
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import check_plan

A = TypeVar("A")
R = TypeVar("R")
S = TypeVar("S")


def collect() -> Sink[A, tuple[A, ...]]:
    """Answer all items as a tuple.

    >>> from fstream.combinators.sources import source
    >>> source([1, 2]).to(collect())  # doctest: +ELLIPSIS
    source([1, 2])  # ...
    >> collect()
    """
    return Sink(Collect())


def fold(init: S, fn: Callable[[S, A], S]) -> Sink[A, S]:
    """Answer ``fn(...fn(fn(init, a), b)..., z)``, and ``init`` without items.

    Where ``fn`` raises, the run ends: what it has folded so far is in doubt.

    >>> from operator import add
    >>> fold(0, add)
    fold(0, add)
    """
    check_callable(fn, "fold(fn=...)")
    return Sink(Fold(init, fn))


def count() -> Sink[object, int]:
    """Answer how many items came.

    >>> count().map_result(str)
    count()
    .map_result(str)
    """
    return Sink(Count())


def drain() -> Sink[object, None]:
    """Answer ``None`` when all items have come.

    >>> from fstream import run, source
    >>> run(source([1]).to(drain()))
    <Success: None>
    """
    return Sink(Drain())


def for_each(fn: Callable[[A], object], *, name: str | None = None) -> Sink[A, None]:
    """Call ``fn(item)`` for its effect; where it raises, that item has failed.

    It is called in the thread that runs the plan, in order, wherever the stages
    before it run.

    >>> for_each(print)  # doctest: +ELLIPSIS
    map_stage(print, on=inline())  # ...
    >> drain()
    """
    node = Map(fn, label_for(fn, "for_each", on=Inline(), name=name))
    return Sink(Piped(node, Drain()))


def closed(plan: Plan[R, Never]) -> Plan[R]:
    """Give ``plan`` back; a type error where an exit of it is still open.

    >>> from fstream.combinators.sources import source
    >>> plan = source([1, 2]).to(count())
    >>> closed(plan) is plan
    True
    """
    check_plan(plan, "closed(plan=...)")
    return plan
