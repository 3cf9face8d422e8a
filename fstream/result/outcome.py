"""The two ways a run, or an item, can end.

``Outcome[T, X]`` is the closed union of the two cases of ``returns``' result, so
that a ``match`` over it is exhaustive to every checker. It is assignable to
``Result[T, X]``, and functions should accept both.
"""

from typing import TypeAlias, TypeVar

from returns.result import Failure
from returns.result import Result
from returns.result import Success

__all__ = ["Failure", "Outcome", "Result", "Success"]

# Plain type variables: a defaulted one on this alias is a TypeError on 3.13.0.
T = TypeVar("T")
X = TypeVar("X")

Outcome: TypeAlias = Success[T] | Failure[X]
