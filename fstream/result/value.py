"""Values: frozen, slotted data classes that are quick to import.

They do what ``@dataclass(frozen=True, slots=True)`` does. That decorator writes and
compiles six methods for every class, which was half of what ``import fstream``
took; here only ``__init__`` is written, and all classes share the others. What is
made for every item is a plain data class still: its ``__init__`` is faster.
"""

from collections.abc import Callable
from dataclasses import Field
from dataclasses import FrozenInstanceError
from dataclasses import dataclass
from dataclasses import field
from operator import attrgetter
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a value class, whose fields are given in their order.

    >>> @value
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(1, 0), len({Point(1), Point(1, 0)})
    (Point(x=1, y=0), True, 1)
    """
    return _shared(dataclass(slots=True, eq=False, repr=False)(cls))


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(field,)
)
def named_value(cls: type[T]) -> type[T]:
    """Make a value class, whose fields are given by their names.

    >>> @named_value
    ... class Point:
    ...     x: int
    ...     y: int
    >>> Point(x=1, y=2)
    Point(x=1, y=2)
    """
    return _shared(dataclass(slots=True, eq=False, repr=False, kw_only=True)(cls))


def _shared(cls: type[T]) -> type[T]:
    """Give ``cls`` the methods that it does not define itself."""
    key = _key_of([at.name for at in _fields(cls) if at.compare])
    shown = [at.name for at in _fields(cls) if at.repr]

    def equals(self: object, other: object) -> object:
        return key(self) == key(other) if type(other) is cls else NotImplemented

    def hashed(self: object) -> int:
        return hash(key(self))

    def text(self: object) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({parts})"

    methods = {"__eq__": equals, "__hash__": hashed, "__repr__": text}
    for name, method in {**methods, "__setattr__": _set, "__delattr__": _keep}.items():
        if name not in vars(cls):
            setattr(cls, name, method)
    return cls


def _key_of(names: list[str]) -> Callable[[object], object]:
    return attrgetter(*names) if names else type


def _fields(cls: type) -> tuple[Field[object], ...]:
    made: dict[str, Field[object]] = getattr(cls, "__dataclass_fields__", {})
    return tuple(made.values())


def _set(self: object, name: str, item: object) -> None:
    """Set a field once, which is what ``__init__`` and unpickling do."""
    if hasattr(self, name):
        text = f"cannot assign to field {name!r}"
        raise FrozenInstanceError(text)
    object.__setattr__(self, name, item)


def _keep(_self: object, name: str) -> None:
    text = f"cannot delete field {name!r}"
    raise FrozenInstanceError(text)
