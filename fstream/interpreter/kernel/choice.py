"""The choice of an arm, as generated source.

Tests are asked in their order. A key that several of them compare is asked for
once an item, by the first of them.
"""

from collections.abc import Sequence
from typing import assert_never

from fstream.compiler.program import Branch
from fstream.plan.choosing import OfClass
from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import OfPort
from fstream.plan.choosing import OfRest
from fstream.plan.choosing import Test


def choice(branch: Branch, x: str, answer: str) -> str:
    """An expression for the number of the arm that takes ``x``.

    Names that begin with ``answer`` hold the answers of keys.
    """
    chosen = ""
    for n, condition in enumerate(conditions(branch, x, answer)):
        if condition is None:
            return f"{chosen}{n}"
        chosen += f"{n} if {condition} else "
    return f"{chosen}unrouted({x})"


def conditions(branch: Branch, x: str, answer: str) -> list[str | None]:
    """What must hold for each arm if none before it was taken; ``None``: nothing.

    They must be asked in their order, see ``choice``.
    """
    return [_condition(branch, n, x=x, answer=answer) for n in range(len(branch.tests))]


def _condition(branch: Branch, n: int, *, x: str, answer: str) -> str | None:
    name = f"t{branch.number}_{n}"
    match branch.tests[n]:
        case OfClass() | OfPort():
            return f"isinstance({x}, {name})"
        case OfGuard():
            return f"{name}({x})"
        case OfKey():
            first = first_asking(branch.tests, n)
            known = f"{answer}_{first}"
            asked = f"({known} := k{branch.number}_{n}({x}))"
            return f"{asked if first == n else known} == {name}"
        case OfRest():
            return None
        case _:
            assert_never(branch.tests[n])


def tests_bound(branch: Branch) -> dict[str, object]:
    """What the names in the choice stand for."""
    bound: dict[str, object] = {}
    for n, test in enumerate(branch.tests):
        name = f"t{branch.number}_{n}"
        match test:
            case OfClass(classes):
                bound[name] = classes[0] if len(classes) == 1 else classes
            case OfPort(port):
                bound[name] = port
            case OfGuard(guard):
                bound[name] = guard
            case OfKey(key, value):
                bound[name] = value
                if first_asking(branch.tests, n) == n:
                    bound[f"k{branch.number}_{n}"] = key
            case OfRest():
                continue
            case _:
                assert_never(test)
    return bound


def kinds_of(tests: Sequence[Test]) -> str:
    """``tests`` without users' functions and values, as text."""
    return "".join(_kind(tests, n) for n in range(len(tests)))


def _kind(tests: Sequence[Test], n: int) -> str:
    first = first_asking(tests, n)
    return type(tests[n]).__name__[2] + ("" if first is None else f"{first}.")


def first_asking(tests: Sequence[Test], n: int) -> int | None:
    """The first test that asks for the key that test ``n`` compares, if it does."""
    test = tests[n]
    if not isinstance(test, OfKey):
        return None
    return next(
        m
        for m, other in enumerate(tests)
        if isinstance(other, OfKey) and other.key is test.key
    )
