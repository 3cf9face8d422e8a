"""Predicates and keys: the heads and arms of a choice.

``when(pred)`` and ``by(key)(value)`` are heads and no arms yet; what continues one
makes the arm. So a checker knows what a lambda in the continuation gets.
"""

from collections.abc import Callable
from typing import Generic, Never, final, overload

from typing_extensions import TypeIs, TypeVar

from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import Test
from fstream.plan.labels import check_function
from fstream.plan.labels import label
from fstream.plan.nodes import Arm
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Erased
from fstream.plan.nodes import Leave
from fstream.plan.render import render_arm
from fstream.plan.typed import Stage
from fstream.plan.typed import check_stage
from fstream.result.value import value

A_contra = TypeVar("A_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)
B_co = TypeVar("B_co", covariant=True)
E_co = TypeVar("E_co", covariant=True, default=Never)
K_contra = TypeVar("K_contra", contravariant=True)
A = TypeVar("A")
C = TypeVar("C")
E = TypeVar("E")
K = TypeVar("K")


@final
@value
class WhenArm(Generic[A_contra, B_co, E_co]):
    """An arm of a choice: which items take it, and the stage they go through.

    ``keys`` are all that its key function may give, where ``of`` has told.

    >>> from fstream.combinators.stages import map_stage
    >>> when(str.isdigit) >> map_stage(int)  # doctest: +ELLIPSIS
    when(str.isdigit)
    >> map_stage(int)  # ...
    """

    arm: Arm
    keys: tuple[object, ...] = ()

    def __repr__(self) -> str:
        return render_arm(self.arm, "when")


@final
@value
class When(Generic[A_contra, A_co]):
    """The beginning of an arm: which items take it; a stage makes it one.

    >>> when(str.isdigit).leave()  # doctest: +ELLIPSIS
    when(str.isdigit)
    >> leave()  # ...
    """

    test: Test
    keys: tuple[object, ...] = ()

    def __rshift__(self, stage: Stage[A_co, C, E]) -> WhenArm[A_contra, C, E]:
        return self.via(stage)

    def via(self, stage: Stage[A_co, C, E]) -> WhenArm[A_contra, C, E]:
        """Continue with ``stage``; a lambda in it knows its parameter here."""
        check_stage(stage, "via(stage=...)")
        return WhenArm(Arm(self.test, stage.node), self.keys)

    def keep(self) -> WhenArm[A_contra, A_co]:
        """Send these items on as they are."""
        return WhenArm(Arm(self.test, Chain(())), self.keys)

    def leave(self) -> WhenArm[A_contra, Never, A_co]:
        """Let these items exit."""
        return WhenArm(Arm(self.test, Leave(None, label("leave"))), self.keys)

    def __repr__(self) -> str:
        return render_arm(Arm(self.test, Chain(())), "when")


@final
@value
class By(Generic[A, K_contra]):
    """A key function of items: called with a key, it begins an arm.

    >>> by(str.lower)("yes").keep()
    by(str.lower)('yes')
    """

    key: Erased
    keys: tuple[object, ...] = ()

    def __call__(self, value: K_contra) -> When[A, A]:
        """Take the items whose key equals ``value``."""
        if self.keys and value not in self.keys:
            known = ", ".join(map(repr, self.keys))
            text = f"by(key)(value=...) must be one of {known}, but got {value!r}"
            raise ValueError(text)
        return When(OfKey(self.key, value), self.keys)

    def of(self, *keys: K_contra) -> "By[A, K_contra]":
        """Name all keys there are, so that ``complete`` can tell what is missing.

        Those of an enumeration are ``of(*Color)``.

        >>> by(str.lower).of("yes", "no")("on")
        Traceback (most recent call last):
        ValueError: by(key)(value=...) must be one of 'yes', 'no', but got 'on'
        """
        if not keys:
            text = "of(...) needs at least one key"
            raise TypeError(text)
        return By(self.key, keys)


@overload
def when(pred: Callable[[A], TypeIs[K]]) -> When[A, K]: ...
@overload
def when(pred: Callable[[A], bool]) -> When[A, A]: ...
def when(pred: Callable[[A], object]) -> When[A, object]:
    """Take the items for which ``pred(item)`` is true.

    It is asked about every item that no arm before it took. What a ``TypeIs`` guard
    accepts is narrowed. Give it named functions: nothing tells a checker what a
    lambda gets here.

    >>> when(str.isdigit).keep()
    when(str.isdigit)
    """
    check_function(pred, "when(pred=...)")
    return When(OfGuard(pred))


def by(key: Callable[[A], K]) -> By[A, K]:
    """Choose by ``key(item)``: call the answer with each key that has an arm.

    Arms of one ``by`` in one route ask for the key once an item: the first of them
    that an item comes to. Keys are compared by ``==``.

    >>> from fstream import map_stage, collect, route_when, run, source
    >>> spoken = by(str.lower)
    >>> votes = route_when(
    ...     spoken("yes") >> map_stage(lambda text: 1),
    ...     spoken("no") >> map_stage(lambda text: -1),
    ... ).otherwise(map_stage(lambda text: 0))
    >>> run(source(["Yes", "NO", "?"]).via(votes).to(collect()))
    <Success: (1, -1, 0)>
    """
    check_function(key, "by(key=...)")
    return By(key)


def check_when(value: object, argument: str) -> None:
    """Refuse what is no arm of a choice."""
    if not isinstance(value, WhenArm):
        is_head = isinstance(value, When)
        hint = "; continue it by >>, keep() or leave()" if is_head else ""
        text = f"{argument} must be a WhenArm, but got {value!r}{hint}"
        raise TypeError(text)
