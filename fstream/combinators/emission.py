"""Emission: items addressed to ports, as values."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import Never, TypeVar

from fstream.plan.care import Delivery
from fstream.plan.care import Retry
from fstream.plan.care import care_of
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.emissions import Emit
from fstream.plan.emissions import Item
from fstream.plan.emissions import Message
from fstream.plan.labels import check_callable
from fstream.plan.labels import function_name
from fstream.plan.labels import label
from fstream.plan.labels import label_for
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Leave
from fstream.plan.typed import Stage

A = TypeVar("A")
B = TypeVar("B")
E = TypeVar("E")
P = TypeVar("P")


def emit_stage(
    fn: Callable[[A], Iterable[Emit[B, E]]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]:
    """Send on what ``fn(item)`` emits, in its order: items go on, messages exit.

    >>> from collections.abc import Iterator
    >>> from fstream.plan.ports import Port
    >>> class Rejected(Port[str]): ...
    >>> def check(text: str) -> Iterator[Emit[str, Rejected]]:
    ...     yield emit(text) if text.isprintable() else emit_to(Rejected, text)
    >>> emit_stage(check)  # doctest: +ELLIPSIS
    emit_stage(check)  # ...
    """
    care = care_of("emit_stage", retry=retry, timeout=timeout, delivery=delivery)
    return Stage(Emitting(fn, label_for(fn, "emit_stage", on=on, name=name, care=care)))


def emit(item: B) -> Emit[B]:
    """Send ``item`` on to the next stage.

    >>> emit(1)
    Item(item=1)
    """
    return Item(item)


def emit_to(port: Callable[[A], P], item: A) -> Emit[Never, P]:
    """Send ``item`` to ``port``: the message ``port(item)`` exits.

    >>> from fstream.plan.ports import Port
    >>> class Rejected(Port[str]): ...
    >>> emit_to(Rejected, "too old")
    Message(message=Rejected('too old'))
    """
    return Message(port(item))


def to_port(port: Callable[[A], P]) -> Stage[A, Never, P]:
    """Let every item exit, as a message to ``port``.

    >>> from fstream.plan.ports import Port
    >>> class Rejected(Port[str]): ...
    >>> to_port(Rejected)  # doctest: +ELLIPSIS
    to_port(Rejected)  # ...
    """
    check_callable(port, "to_port(port=...)")
    return Stage(Leave(port, label(function_name(port))))


def leave() -> Stage[A, Never, A]:
    """Let every item exit, as it is.

    >>> leave()  # doctest: +ELLIPSIS
    leave()  # ...
    """
    return Stage(Leave(None, label("leave")))
