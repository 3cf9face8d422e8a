"""Functions that fail in every way, items that resist, for workers to import."""

# ruff: noqa: N818 - what is raised here is named for what is awkward about it

import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Never

from typing_extensions import TypeIs

from fstream import Emit
from fstream import Failure
from fstream import ItemFailure
from fstream import StageFailure
from fstream import Success
from fstream import emit
from tests.result.awkward import AWKWARD
from tests.result.awkward import KeywordOnly
from tests.result.awkward import Odd
from tests.result.awkward import RaisingRepr
from tests.result.awkward import RaisingStr
from tests.result.awkward import TwoArguments
from tests.result.awkward import Unpicklable


def fail_as(name: object) -> object:
    """Fail as the awkward exception of that name does; other items pass."""
    return AWKWARD[name](name) if isinstance(name, str) else name


# ---- exceptions that are built of parts


class Own(Exception):
    """A plain class of the user's."""


def _local(text: str) -> BaseException:
    class Local(Exception):
        pass

    return Local(text)


KINDS: dict[str, Callable[[str], BaseException]] = {
    "ValueError": ValueError,
    "KeyError": KeyError,
    "OSError": lambda text: OSError(2, text),
    "SystemExit": SystemExit,
    "GeneratorExit": GeneratorExit,
    "StopIteration": StopIteration,
    "Own": Own,
    "Odd": Odd,
    "TwoArguments": lambda text: TwoArguments(404, text),
    "KeywordOnly": lambda text: KeywordOnly(text, code=3),
    "Unpicklable": Unpicklable,
    "RaisingStr": RaisingStr,
    "RaisingRepr": RaisingRepr,
    "Local": _local,
}


LONG = "<a long text>"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to build an exception, and how deep in calls to raise it."""

    kind: str
    text: str
    depth: int
    notes: "tuple[str, ...]" = ()
    leaves: "tuple[Recipe, ...]" = ()
    cause: "Recipe | None" = None
    context: "Recipe | None" = None
    is_hidden: bool = False


def fail_by(item: object) -> object:
    """Raise what a recipe says; other items pass."""
    if isinstance(item, Recipe):
        _fall(item, item.depth)
    return item


def _fall(recipe: Recipe, depth: int) -> None:
    if depth:
        _fall(recipe, depth - 1)
    if recipe.context is None:
        _throw(recipe)
    try:
        _fall(recipe.context, recipe.context.depth)
    except BaseException:
        _throw(recipe)


def _throw(recipe: Recipe) -> Never:
    exc = built(recipe)
    if recipe.is_hidden:
        raise exc from None
    if recipe.cause is None:
        raise exc
    raise exc from built(recipe.cause)


def built(recipe: Recipe) -> BaseException:
    text = "x" * 20_000 if recipe.text == LONG else recipe.text
    exc = KINDS[recipe.kind](text)
    if recipe.leaves:
        leaves = [built(leaf) for leaf in recipe.leaves]
        exc = BaseExceptionGroup(text, leaves)
    for note in recipe.notes:
        exc.add_note(note)
    return exc


# ---- the ways in which a stage can fail at an item that is odd


def fails(n: int) -> int:
    if n % 2:
        raise TwoArguments(n, "odd")
    return n


def is_even(n: int) -> bool:
    return fails(n) == n


def fails_before_any(n: int) -> Iterable[int]:
    return [fails(n)]


def fails_after_two(n: int) -> Iterator[int]:
    yield n
    yield -n
    yield fails(n)


def stops(n: int) -> int:
    return next(iter([n] if n % 2 == 0 else []))


def no_iterable(n: int) -> Iterable[int]:
    return [n] if n % 2 == 0 else n  # type: ignore[return-value]


def refuses(n: int) -> Success[int] | Failure[str]:
    return Success(fails(n))


def no_result(n: int) -> Success[int] | Failure[str]:
    return Success(n) if n % 2 == 0 else n  # type: ignore[return-value]


def emits(n: int) -> Iterator[Emit[int]]:
    yield emit(n)
    yield emit(fails(n))


def no_emission(n: int) -> Iterator[Emit[int]]:
    yield emit(n) if n % 2 == 0 else n  # type: ignore[misc]


def exits(n: int) -> Success[int] | Failure[int]:
    return Success(n) if n % 2 == 0 else Failure(n)


def is_int_and_even(n: object) -> TypeIs[int]:
    return isinstance(n, int) and n % 2 == 0


def fails_to_guard(n: object) -> TypeIs[int]:
    return isinstance(n, int) and fails(n) == n


def twice(n: int) -> list[int]:
    return [n, n]


def name_of(failure: ItemFailure) -> str:
    return failure.kind if isinstance(failure, StageFailure) else "lost"


def sums(numbers: tuple[int, ...]) -> int:
    return sum(fails(n) for n in numbers)


def passes(item: object) -> object:
    return item


# ---- items that resist


class Unprintable:
    def __repr__(self) -> str:
        raise SystemExit(3)


class Wordy:
    def __repr__(self) -> str:
        return "word " * 1_000_000


class HalfSurrogate:
    def __repr__(self) -> str:
        return "lone \ud800 half"


class Unloadable:
    """Pickles, and ends the process that loads it, if that lets it."""

    def __reduce__(self) -> tuple[object, ...]:
        return sys.exit, ("not here",)


class Staying:
    """Pickles never, and says so with an exception that does not load."""

    def __reduce__(self) -> Never:
        raise TwoArguments(7, "I stay")


def fail_of(item: object) -> Never:
    raise ValueError("whatever it is")


def fail_with(item: object) -> Never:
    raise ValueError(item)
