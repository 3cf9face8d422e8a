"""The object inside a function that refuses to be pickled."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from types import CellType
from types import FunctionType
from types import MethodType
from types import ModuleType
from typing import TypeAlias, TypeGuard

from fstream.result.capture import kind_of
from fstream.result.printable import is_sequence

_DEEPEST = 8
_MOST = 1000
_Part: TypeAlias = tuple[str, object]


def culprit(value: object, is_refused: Callable[[object], bool]) -> str | None:
    """Tell what in ``value`` is refused, and where it is; ``None``: all of it."""
    path: list[str] = []
    seen = {id(value)}
    while len(path) < _DEEPEST:
        found = _refused_part(value, is_refused, seen)
        if found is None:
            break
        place, value = found
        if place:
            path.append(place)
    if not path:
        return None
    return f"{_named(value)} in {' of '.join(reversed(path))}"


def _refused_part(
    value: object, is_refused: Callable[[object], bool], seen: set[int]
) -> _Part | None:
    for place, part in _parts(value):
        if id(part) in seen or len(seen) > _MOST:
            continue
        seen.add(id(part))
        if is_refused(part):
            return place, part
    return None


def _parts(value: object) -> Iterator[_Part]:
    match value:
        case FunctionType():
            yield from _parts_of_function(value)
        case MethodType():
            yield "the method's object", value.__self__
        case partial():
            yield "", value.func
            yield from ((f"argument {n}", part) for n, part in enumerate(value.args))
            yield from _named_parts("argument", value.keywords)
        case type() | ModuleType():
            return
        case _:
            yield from _contents(value)


def _contents(value: object) -> Iterator[_Part]:
    if _is_dict(value):
        yield from ((f"key {_text(key)}", part) for key, part in value.items())
        yield from (("a key", key) for key in value)
    elif is_sequence(value):
        yield from ((f"element {n}", part) for n, part in enumerate(value))
    elif _is_set(value):
        yield from (("an element", part) for part in value)
    elif type(value).__module__.startswith("fstream."):
        yield from (("", part) for _, part in _attributes(value))
    else:
        yield from _attributes(value)


def _is_dict(value: object) -> TypeGuard[dict[object, object]]:
    return isinstance(value, dict)


def _is_set(value: object) -> TypeGuard[AbstractSet[object]]:
    return isinstance(value, AbstractSet)


def _parts_of_function(fn: FunctionType) -> Iterator[_Part]:
    cells = zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=False)
    for name, cell in cells:
        yield f"closure variable {name!r}", _content(cell)
    for name in fn.__code__.co_names:
        if name in fn.__globals__:
            yield f"global variable {name!r}", fn.__globals__[name]
    for number, part in enumerate(fn.__defaults__ or ()):
        yield f"default {number}", part
    yield from _named_parts("default", fn.__kwdefaults__ or {})
    yield from _named_parts("attribute", vars(fn))


def _attributes(value: object) -> Iterator[_Part]:
    yield from _named_parts("attribute", getattr(value, "__dict__", {}))
    for name in _slots(type(value)):
        with suppress(Exception):  # it may be empty, or a user's property
            yield f"attribute {name!r}", getattr(value, name)


def _slots(cls: type) -> Iterator[str]:
    for each in cls.__mro__:
        slots: str | tuple[str, ...] = each.__dict__.get("__slots__", ())
        yield from (slots,) if isinstance(slots, str) else slots


def _named_parts(what: str, parts: Mapping[str, object]) -> Iterator[_Part]:
    return ((f"{what} {name!r}", part) for name, part in parts.items())


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # nothing was assigned to the variable yet
        return None


def _text(key: object) -> str:
    return repr(key) if isinstance(key, str | int) else f"of class {kind_of(type(key))}"


def _named(value: object) -> str:
    name: object = getattr(value, "__qualname__", None)
    kind = kind_of(type(value))
    if isinstance(name, str) and isinstance(value, FunctionType | type):
        return f"{type(value).__name__} {name}"
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"
