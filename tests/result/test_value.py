"""Values are what frozen, slotted data classes are."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.result.value import named_value
from fstream.result.value import value

A = TypeVar("A")


@value
class Ours(Generic[A]):
    first: A
    second: object = 0
    site: str = field(default="", compare=False)
    secret: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Theirs(Generic[A]):
    first: A
    second: object = 0
    site: str = field(default="", compare=False)
    secret: object = field(default=None, compare=False, repr=False)


@value
class Nothing:
    """No fields."""


@named_value
class Named:
    only: int

    def __repr__(self) -> str:
        return "mine"


PARTS = st.tuples(
    st.integers(0, 2), st.sampled_from([0, "", None]), st.text(max_size=1)
)


@given(PARTS, PARTS)
def test_they_compare_hash_and_print_alike(
    one: tuple[object, object, str], other: tuple[object, object, str]
) -> None:
    ours, theirs = Ours(*one), Theirs(*one)

    assert (ours == Ours(*other)) == (theirs == Theirs(*other))
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert hash(Ours(*one)) == hash(ours)
    if ours == Ours(*other):
        assert hash(Ours(*other)) == hash(ours)


@given(PARTS)
def test_they_are_copied_pickled_and_replaced(
    parts: tuple[object, object, str],
) -> None:
    ours = Ours(*parts)

    assert pickle.loads(pickle.dumps(ours)) == ours
    assert copy.deepcopy(ours) == copy.copy(ours) == ours
    assert replace(ours, first=7) == Ours(7, *parts[1:])
    assert asdict(ours)["site"] == parts[2]


def test_values_of_different_classes_differ() -> None:
    assert Ours(1) != Theirs(1)
    assert Nothing() == Nothing()
    assert Nothing() != Named(only=1)


def test_nothing_can_be_set_added_or_deleted() -> None:
    ours = Ours(1)

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'first'"):
        setattr(ours, "first", 2)  # noqa: B010 - checkers refuse the plain form
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'first'"):
        delattr(ours, "first")
    with pytest.raises(AttributeError):
        setattr(ours, "other", 2)  # noqa: B010 - as above
    assert not hasattr(ours, "__dict__")
    assert ours == Ours(1)


def test_a_class_keeps_the_methods_of_its_own() -> None:
    assert repr(Named(only=1)) == "mine"
    assert repr(Ours[int](1)) == "Ours(first=1, second=0, site='')"


def test_fields_by_name_only_are_taken_by_name_only() -> None:
    with pytest.raises(TypeError):
        Named(1)  # type: ignore[misc] # pyright: ignore[reportCallIssue]
