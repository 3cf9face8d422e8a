"""Broadcast: every arm gets each item."""

from typing import TypeVar, overload

from fstream.plan.labels import label
from fstream.plan.nodes import Broadcast
from fstream.plan.typed import Stage
from fstream.plan.typed import check_stage

A = TypeVar("A")
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


@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    /,
) -> Stage[A, B1 | B2]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    /,
) -> Stage[A, B1 | B2, E1 | E2]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    /,
) -> Stage[A, B1 | B2 | B3]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    /,
) -> Stage[A, B1 | B2 | B3, E1 | E2 | E3]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    a4: Stage[A, B4],
    /,
) -> Stage[A, B1 | B2 | B3 | B4]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    a4: Stage[A, B4, E4],
    /,
) -> Stage[A, B1 | B2 | B3 | B4, E1 | E2 | E3 | E4]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    a4: Stage[A, B4],
    a5: Stage[A, B5],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    a4: Stage[A, B4, E4],
    a5: Stage[A, B5, E5],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5, E1 | E2 | E3 | E4 | E5]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    a4: Stage[A, B4],
    a5: Stage[A, B5],
    a6: Stage[A, B6],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5 | B6]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    a4: Stage[A, B4, E4],
    a5: Stage[A, B5, E5],
    a6: Stage[A, B6, E6],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5 | B6, E1 | E2 | E3 | E4 | E5 | E6]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    a4: Stage[A, B4],
    a5: Stage[A, B5],
    a6: Stage[A, B6],
    a7: Stage[A, B7],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5 | B6 | B7]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    a4: Stage[A, B4, E4],
    a5: Stage[A, B5, E5],
    a6: Stage[A, B6, E6],
    a7: Stage[A, B7, E7],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5 | B6 | B7, E1 | E2 | E3 | E4 | E5 | E6 | E7]: ...
@overload
def broadcast(
    a1: Stage[A, B1],
    a2: Stage[A, B2],
    a3: Stage[A, B3],
    a4: Stage[A, B4],
    a5: Stage[A, B5],
    a6: Stage[A, B6],
    a7: Stage[A, B7],
    a8: Stage[A, B8],
    /,
) -> Stage[A, B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8]: ...
@overload
def broadcast(
    a1: Stage[A, B1, E1],
    a2: Stage[A, B2, E2],
    a3: Stage[A, B3, E3],
    a4: Stage[A, B4, E4],
    a5: Stage[A, B5, E5],
    a6: Stage[A, B6, E6],
    a7: Stage[A, B7, E7],
    a8: Stage[A, B8, E8],
    /,
) -> Stage[
    A, B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8, E1 | E2 | E3 | E4 | E5 | E6 | E7 | E8
]: ...
def broadcast(*arms: Stage[A, object, object]) -> Stage[A, object, object]:
    """Send each item through every arm, one after the other.

    Inline and in threads all arms get the same object, so they should not change
    it.

    >>> from fstream.combinators.stages import map_stage
    >>> broadcast(map_stage(hex), map_stage(oct))  # doctest: +ELLIPSIS
    broadcast(          # ...
        map_stage(hex)  # ...
        map_stage(oct)  # ...
    )
    """
    for arm in arms:
        check_stage(arm, "each arm of broadcast(...)")
    if not arms:
        text = "broadcast(...) needs at least one arm"
        raise TypeError(text)
    stages = tuple(arm.node for arm in arms)
    return Stage(Broadcast(stages, label("broadcast")))
