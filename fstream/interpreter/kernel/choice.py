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
    for n, test in enumerate(branch.tests):
        if isinstance(test, OfRest):
            return f"{chosen}{n}"
        chosen += f"{n} if {_test(branch, n, x=x, answer=answer)} else "
    return f"{chosen}unrouted({x})"


def _test(branch: Branch, n: int, *, x: str, answer: str) -> str:
    test, name = branch.tests[n], f"t{branch.number}_{n}"
    match test:
        case OfClass() | OfPort():
            return f"isinstance({x}, {name})"
        case OfGuard() | OfRest():
            return f"{name}({x})"
        case OfKey():
            first = first_asking(branch.tests, n)
            known = f"{answer}_{first}"
            asked = f"({known} := k{branch.number}_{n}({x}))"
            return f"{asked if first == n else known} == {name}"
        case _:
            assert_never(test)


def tests_bound(branch: Branch) -> dict[str, object]:
    """What the names in the choice stand for."""
    bound: dict[str, object] = {}
    for n, test in enumerate(branch.tests):
        bound[f"t{branch.number}_{n}"] = _compared(test)
        if isinstance(test, OfKey) and first_asking(branch.tests, n) == n:
            bound[f"k{branch.number}_{n}"] = test.key
    return bound


def _compared(test: Test) -> object:
    match test:
        case OfClass(classes):
            return classes[0] if len(classes) == 1 else classes
        case OfPort(port):
            return port
        case OfGuard(guard):
            return guard
        case OfKey(value=value):
            return value
        case OfRest():
            return None
        case _:
            assert_never(test)


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
