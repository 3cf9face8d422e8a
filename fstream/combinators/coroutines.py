"""Stages that await what their function gives."""

from collections.abc import Awaitable
from collections.abc import Callable
from typing import TypeVar, overload

from fstream.plan.care import Delivery
from fstream.plan.care import Retry
from fstream.plan.care import care_of
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import TaskContext
from fstream.plan.labels import label_for_awaited
from fstream.plan.nodes import Map
from fstream.plan.nodes import Try
from fstream.plan.typed import Stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Result
from fstream.result.outcome import Success

A = TypeVar("A")
B = TypeVar("B")
E = TypeVar("E")


def map_async(
    fn: Callable[[A], Awaitable[B]],
    *,
    on: TaskContext | NamedContext,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B]:
    """Replace each item by what awaiting ``fn(item)`` gives.

    ``on`` says how many items are in flight at once: ``tasks(64)``. Results keep the
    order of the items. Where the run ends early, coroutines in flight are cancelled:
    they get ``CancelledError``, and their ``finally`` blocks run.

    >>> import asyncio
    >>> from fstream import collect, run, source, tasks
    >>> async def fetch(page: int) -> str:
    ...     await asyncio.sleep(0.001)
    ...     return f"page {page}"
    >>> stage = map_async(fetch, on=tasks(64))
    >>> run(source([1, 2]).via(stage).to(collect()))
    <Success: ('page 1', 'page 2')>
    """
    care = care_of("map_async", retry=retry, timeout=timeout, delivery=delivery)
    label = label_for_awaited(fn, "map_async", on=on, name=name, care=care)
    return Stage(Map(fn, label, "awaiting"))


@overload
def try_async(
    fn: Callable[[A], Awaitable[Success[B] | Failure[E]]],
    *,
    on: TaskContext | NamedContext,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]: ...
@overload
def try_async(
    fn: Callable[[A], Awaitable[Result[B, E]]],
    *,
    on: TaskContext | NamedContext,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]: ...
def try_async(
    fn: Callable[[A], Awaitable[Result[B, E]]],
    *,
    on: TaskContext | NamedContext,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]:
    """Replace each item by the success of the awaited ``fn(item)``; its failure exits.

    To ``map_async`` it is what ``try_stage`` is to ``map_stage``.

    >>> from fstream import tasks
    >>> async def parse(text: str) -> Success[int] | Failure[str]:
    ...     return Success(int(text)) if text.isdigit() else Failure(text)
    >>> try_async(parse, on=tasks(8))  # doctest: +ELLIPSIS
    try_async(parse, on=tasks(8))  # ...
    """
    care = care_of("try_async", retry=retry, timeout=timeout, delivery=delivery)
    label = label_for_awaited(fn, "try_async", on=on, name=name, care=care)
    return Stage(Try(fn, label, "awaiting"))
