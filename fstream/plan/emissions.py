"""Emissions: what a stage may send, as values."""

from dataclasses import dataclass
from typing import Generic, Never, final

from typing_extensions import TypeVar

B_co = TypeVar("B_co", covariant=True)
E_co = TypeVar("E_co", covariant=True, default=Never)


class Emit(Generic[B_co, E_co]):
    """An item that goes on, or a message that exits; made by ``emit``/``emit_to``.

    >>> from fstream import emit
    >>> isinstance(emit(1), Emit)
    True
    """

    __slots__ = ()


@final
@dataclass(frozen=True, slots=True)
class Item(Emit[B_co, Never]):
    """``item`` goes on to the next stage."""

    item: B_co


@final
@dataclass(frozen=True, slots=True)
class Message(Emit[Never, E_co]):
    """``message`` exits."""

    message: E_co
