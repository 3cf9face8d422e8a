"""Choices: each item takes the first arm whose predicate or key fits."""

from typing import Generic, Never, final, overload

from typing_extensions import TypeVar

from fstream.combinators.predicates import WhenArm
from fstream.combinators.predicates import check_when
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import OfRest
from fstream.plan.labels import Label
from fstream.plan.labels import label
from fstream.plan.nodes import Arm
from fstream.plan.nodes import Route
from fstream.plan.render import render_choice
from fstream.plan.typed import Stage
from fstream.plan.typed import check_stage
from fstream.result.value import value

B_co = TypeVar("B_co", covariant=True)
E_co = TypeVar("E_co", covariant=True, default=Never)
A = TypeVar("A")
C = TypeVar("C")
E = TypeVar("E")
B1 = TypeVar("B1")
B2 = TypeVar("B2")
B3 = TypeVar("B3")
B4 = TypeVar("B4")
B5 = TypeVar("B5")
B6 = TypeVar("B6")
B7 = TypeVar("B7")
B8 = TypeVar("B8")
E1 = TypeVar("E1")
E2 = TypeVar("E2")
E3 = TypeVar("E3")
E4 = TypeVar("E4")
E5 = TypeVar("E5")
E6 = TypeVar("E6")
E7 = TypeVar("E7")
E8 = TypeVar("E8")


@final
@value
class Choice(Generic[A, B_co, E_co]):
    """Arms of predicates and keys; ``otherwise`` or ``complete`` makes the stage.

    >>> from fstream.combinators.predicates import when
    >>> route_when(when(str.isdigit).keep())  # doctest: +ELLIPSIS
    route_when(  # ...
        when(str.isdigit)
    )
    """

    arms: tuple[WhenArm[Never, object, object], ...]
    label: Label

    def otherwise(self, stage: Stage[A, C, E]) -> Stage[A, B_co | C, E_co | E]:
        """Send what no arm takes through ``stage``.

        >>> from fstream.combinators.predicates import when
        >>> from fstream.combinators.stages import map_stage
        >>> route_when(when(str.isdigit).keep()).otherwise(
        ...     map_stage(str.upper)
        ... )  # doctest: +ELLIPSIS
        route_when(               # ...
            when(str.isdigit)
        ).otherwise(
            map_stage(str.upper)  # ...
        )
        """
        check_stage(stage, "otherwise(stage=...)")
        return Stage(Route((*self._arms(), Arm(OfRest(), stage.node)), self.label))

    def complete(self) -> Stage[A, B_co, E_co]:
        """The stage, if there is an arm for each key that ``of`` has named.

        Should the key function give another one, that item fails.

        >>> from fstream.combinators.predicates import by
        >>> spoken = by(str.lower).of("yes", "no")
        >>> route_when(spoken("yes").keep()).complete()
        Traceback (most recent call last):
        ValueError: complete() must have an arm for every key, but has none for 'no'
        """
        missing = min(self._missing(), key=len, default=None)
        if missing is None:
            text = "complete() needs arms of a by(...).of(...), or else otherwise(...)"
            raise TypeError(text)
        if missing:
            names = ", ".join(map(repr, missing))
            text = (
                f"complete() must have an arm for every key, but has none for {names}"
            )
            raise ValueError(text)
        return Stage(Route(self._arms(), self.label))

    def _missing(self) -> list[tuple[object, ...]]:
        """The keys without an arm, for each key function whose keys are known."""
        tests = [(each.arm.test, each.keys) for each in self.arms]
        keyed = [(test, keys) for test, keys in tests if isinstance(test, OfKey)]
        return [
            tuple(
                key
                for key in keys
                if all(
                    test.key is not other.key or test.value != key for test, _ in keyed
                )
            )
            for other, keys in keyed
            if keys
        ]

    def _arms(self) -> tuple[Arm, ...]:
        return tuple(each.arm for each in self.arms)

    def __repr__(self) -> str:
        return render_choice(self._arms(), self.label)


@overload
def route_when(
    w1: WhenArm[A, B1],
    /,
) -> Choice[A, B1]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    /,
) -> Choice[A, B1, E1]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    /,
) -> Choice[A, B1 | B2]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    /,
) -> Choice[A, B1 | B2, E1 | E2]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    /,
) -> Choice[A, B1 | B2 | B3]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    /,
) -> Choice[A, B1 | B2 | B3, E1 | E2 | E3]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    w4: WhenArm[A, B4],
    /,
) -> Choice[A, B1 | B2 | B3 | B4]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    w4: WhenArm[A, B4, E4],
    /,
) -> Choice[A, B1 | B2 | B3 | B4, E1 | E2 | E3 | E4]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    w4: WhenArm[A, B4],
    w5: WhenArm[A, B5],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    w4: WhenArm[A, B4, E4],
    w5: WhenArm[A, B5, E5],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5, E1 | E2 | E3 | E4 | E5]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    w4: WhenArm[A, B4],
    w5: WhenArm[A, B5],
    w6: WhenArm[A, B6],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5 | B6]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    w4: WhenArm[A, B4, E4],
    w5: WhenArm[A, B5, E5],
    w6: WhenArm[A, B6, E6],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5 | B6, E1 | E2 | E3 | E4 | E5 | E6]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    w4: WhenArm[A, B4],
    w5: WhenArm[A, B5],
    w6: WhenArm[A, B6],
    w7: WhenArm[A, B7],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5 | B6 | B7]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    w4: WhenArm[A, B4, E4],
    w5: WhenArm[A, B5, E5],
    w6: WhenArm[A, B6, E6],
    w7: WhenArm[A, B7, E7],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5 | B6 | B7, E1 | E2 | E3 | E4 | E5 | E6 | E7]: ...
@overload
def route_when(
    w1: WhenArm[A, B1],
    w2: WhenArm[A, B2],
    w3: WhenArm[A, B3],
    w4: WhenArm[A, B4],
    w5: WhenArm[A, B5],
    w6: WhenArm[A, B6],
    w7: WhenArm[A, B7],
    w8: WhenArm[A, B8],
    /,
) -> Choice[A, B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8]: ...
@overload
def route_when(
    w1: WhenArm[A, B1, E1],
    w2: WhenArm[A, B2, E2],
    w3: WhenArm[A, B3, E3],
    w4: WhenArm[A, B4, E4],
    w5: WhenArm[A, B5, E5],
    w6: WhenArm[A, B6, E6],
    w7: WhenArm[A, B7, E7],
    w8: WhenArm[A, B8, E8],
    /,
) -> Choice[
    A, B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8, E1 | E2 | E3 | E4 | E5 | E6 | E7 | E8
]: ...
def route_when(*arms: WhenArm[A, object, object]) -> Choice[A, object, object]:
    """Send each item through the first arm that takes it.

    It is no stage before ``otherwise`` or ``complete`` has told what becomes of the
    others. All arms stand over the same items; to choose by class, use ``route``.

    >>> from fstream import collect, map_stage, run, source, when
    >>> def is_big(number: int) -> bool:
    ...     return number > 9
    >>> choice = route_when(when(is_big) >> map_stage(hex)).otherwise(map_stage(str))
    >>> run(source([1, 10]).via(choice).to(collect()))
    <Success: ('1', '0xa')>
    """
    for each in arms:
        check_when(each, "each arm of route_when(...)")
    if not arms:
        text = "route_when(...) needs at least one arm"
        raise TypeError(text)
    return Choice(arms, label("route_when"))
