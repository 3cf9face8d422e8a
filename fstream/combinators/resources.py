"""Resources: what functions need that is opened, kept and closed."""

from collections.abc import Callable
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Generic, TypeVar, final, overload

from fstream.plan.care import Delivery
from fstream.plan.care import Retry
from fstream.plan.care import care_of
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.labels import check_function
from fstream.plan.labels import function_name
from fstream.plan.labels import label_for
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Map
from fstream.plan.nodes import Try
from fstream.plan.supplied import Supplied
from fstream.plan.typed import Stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Result
from fstream.result.outcome import Success
from fstream.result.value import value

A = TypeVar("A")
B = TypeVar("B")
E = TypeVar("E")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@final
@value
class Using(Generic[R_co]):
    """The head of a stage whose function gets a resource first, then its item.

    >>> using(open)
    using(open)
    """

    open: Callable[[], AbstractContextManager[R_co]]

    def map_stage(
        self,
        fn: Callable[[R_co, A], B],
        *,
        on: Context | NamedContext | None = None,
        name: str | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        delivery: Delivery = "rerun",
    ) -> Stage[A, B]:
        """Replace each item by ``fn(resource, item)``; else as ``map_stage``."""
        care = care_of("map_stage", retry=retry, timeout=timeout, delivery=delivery)
        label = label_for(fn, "map_stage", on=on, name=name, care=care)
        return Stage(Map(Supplied(self.open, fn), label))

    def flat_map_stage(
        self,
        fn: Callable[[R_co, A], Iterable[B]],
        *,
        on: Context | NamedContext | None = None,
        name: str | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        delivery: Delivery = "rerun",
    ) -> Stage[A, B]:
        """Replace each item by the items of ``fn(resource, item)``, one by one."""
        call = "flat_map_stage"
        care = care_of(call, retry=retry, timeout=timeout, delivery=delivery)
        label = label_for(fn, call, on=on, name=name, care=care)
        return Stage(FlatMap(Supplied(self.open, fn), label))

    @overload
    def try_stage(
        self,
        fn: Callable[[R_co, A], Success[B] | Failure[E]],
        *,
        on: Context | NamedContext | None = None,
        name: str | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        delivery: Delivery = "rerun",
    ) -> Stage[A, B, E]: ...
    @overload
    def try_stage(
        self,
        fn: Callable[[R_co, A], Result[B, E]],
        *,
        on: Context | NamedContext | None = None,
        name: str | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        delivery: Delivery = "rerun",
    ) -> Stage[A, B, E]: ...
    def try_stage(
        self,
        fn: Callable[[R_co, A], Result[B, E]],
        *,
        on: Context | NamedContext | None = None,
        name: str | None = None,
        retry: Retry | None = None,
        timeout: float | None = None,
        delivery: Delivery = "rerun",
    ) -> Stage[A, B, E]:
        """Replace each item by the success of ``fn(resource, item)``."""
        care = care_of("try_stage", retry=retry, timeout=timeout, delivery=delivery)
        label = label_for(fn, "try_stage", on=on, name=name, care=care)
        return Stage(Try(Supplied(self.open, fn), label))

    def __repr__(self) -> str:
        return f"using({function_name(self.open)})"


def using(open: Callable[[], AbstractContextManager[R]]) -> Using[R]:  # noqa: A002
    """Give a function a resource that ``open()`` opens: a connection, a file, a model.

    Each worker has one of its own for each such stage: each thread, process or task;
    a copy of ``forks`` has one for its chunk, an inline run one in all. It is opened
    there, before the worker's first item, and closed there when the worker ends, the
    last opened first. Where opening it fails, the item fails (step ``"open"``, and
    ``retry`` holds for it), and the next item tries again. A failure to close it
    belongs to no item: it is logged. A worker that is killed, because the run
    ends early or an item is overdue, closes nothing.

    >>> from contextlib import contextmanager
    >>> from fstream import collect, run, source
    >>> @contextmanager
    ... def connected():
    ...     print("open")
    ...     yield {1: "one", 2: "two"}
    ...     print("close")
    >>> stage = using(connected).map_stage(lambda names, n: names[n])
    >>> run(source([1, 2]).via(stage).to(collect()))
    open
    close
    <Success: ('one', 'two')>
    """
    check_function(open, "using(open=...)")
    return Using(open)
