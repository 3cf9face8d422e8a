"""Ports: typed names of ways out.

A port is a class and a message to it is an instance, so "which port" is a type
that checkers know, and a port cannot be misspelt.
"""

from typing import Generic

from typing_extensions import TypeVar

T_co = TypeVar("T_co", covariant=True)


class Port(Generic[T_co]):
    """A way out of a stage; subclass it once per way.

    >>> class Rejected(Port[str]): ...
    >>> Rejected("too old")
    Rejected('too old')
    >>> Rejected("too old") == Rejected("too old")
    True
    """

    __slots__ = ("item",)

    item: T_co

    def __init__(self, item: T_co) -> None:
        self.item = item

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(self.item == other.item)

    def __hash__(self) -> int:
        return hash((type(self), self.item))

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({self.item!r})"
