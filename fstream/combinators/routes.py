"""Route: each item takes the first case that accepts it."""

from typing import Never, TypeVar, overload

from fstream.combinators.cases import Case
from fstream.combinators.cases import check_case
from fstream.plan.labels import label
from fstream.plan.nodes import Route
from fstream.plan.typed import Stage

A1 = TypeVar("A1")
A2 = TypeVar("A2")
A3 = TypeVar("A3")
A4 = TypeVar("A4")
A5 = TypeVar("A5")
A6 = TypeVar("A6")
A7 = TypeVar("A7")
A8 = TypeVar("A8")
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
def route(
    a1: Case[A1, B1],
    /,
) -> Stage[A1, B1]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    /,
) -> Stage[A1, B1, E1]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    /,
) -> Stage[A1 | A2, B1 | B2]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    /,
) -> Stage[A1 | A2, B1 | B2, E1 | E2]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    /,
) -> Stage[A1 | A2 | A3, B1 | B2 | B3]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    /,
) -> Stage[A1 | A2 | A3, B1 | B2 | B3, E1 | E2 | E3]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    a4: Case[A4, B4],
    /,
) -> Stage[A1 | A2 | A3 | A4, B1 | B2 | B3 | B4]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    a4: Case[A4, B4, E4],
    /,
) -> Stage[A1 | A2 | A3 | A4, B1 | B2 | B3 | B4, E1 | E2 | E3 | E4]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    a4: Case[A4, B4],
    a5: Case[A5, B5],
    /,
) -> Stage[A1 | A2 | A3 | A4 | A5, B1 | B2 | B3 | B4 | B5]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    a4: Case[A4, B4, E4],
    a5: Case[A5, B5, E5],
    /,
) -> Stage[A1 | A2 | A3 | A4 | A5, B1 | B2 | B3 | B4 | B5, E1 | E2 | E3 | E4 | E5]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    a4: Case[A4, B4],
    a5: Case[A5, B5],
    a6: Case[A6, B6],
    /,
) -> Stage[A1 | A2 | A3 | A4 | A5 | A6, B1 | B2 | B3 | B4 | B5 | B6]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    a4: Case[A4, B4, E4],
    a5: Case[A5, B5, E5],
    a6: Case[A6, B6, E6],
    /,
) -> Stage[
    A1 | A2 | A3 | A4 | A5 | A6,
    B1 | B2 | B3 | B4 | B5 | B6,
    E1 | E2 | E3 | E4 | E5 | E6,
]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    a4: Case[A4, B4],
    a5: Case[A5, B5],
    a6: Case[A6, B6],
    a7: Case[A7, B7],
    /,
) -> Stage[A1 | A2 | A3 | A4 | A5 | A6 | A7, B1 | B2 | B3 | B4 | B5 | B6 | B7]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    a4: Case[A4, B4, E4],
    a5: Case[A5, B5, E5],
    a6: Case[A6, B6, E6],
    a7: Case[A7, B7, E7],
    /,
) -> Stage[
    A1 | A2 | A3 | A4 | A5 | A6 | A7,
    B1 | B2 | B3 | B4 | B5 | B6 | B7,
    E1 | E2 | E3 | E4 | E5 | E6 | E7,
]: ...
@overload
def route(
    a1: Case[A1, B1],
    a2: Case[A2, B2],
    a3: Case[A3, B3],
    a4: Case[A4, B4],
    a5: Case[A5, B5],
    a6: Case[A6, B6],
    a7: Case[A7, B7],
    a8: Case[A8, B8],
    /,
) -> Stage[
    A1 | A2 | A3 | A4 | A5 | A6 | A7 | A8, B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8
]: ...
@overload
def route(
    a1: Case[A1, B1, E1],
    a2: Case[A2, B2, E2],
    a3: Case[A3, B3, E3],
    a4: Case[A4, B4, E4],
    a5: Case[A5, B5, E5],
    a6: Case[A6, B6, E6],
    a7: Case[A7, B7, E7],
    a8: Case[A8, B8, E8],
    /,
) -> Stage[
    A1 | A2 | A3 | A4 | A5 | A6 | A7 | A8,
    B1 | B2 | B3 | B4 | B5 | B6 | B7 | B8,
    E1 | E2 | E3 | E4 | E5 | E6 | E7 | E8,
]: ...
def route(*cases: Case[Never, object, object]) -> Stage[Never, object, object]:
    """Send each item through the first case that takes it.

    The input is the union of the cases, so a class that is missing is a type
    error where the route is attached. An item that no case takes (the types
    were not heeded) fails.

    >>> from fstream.combinators.cases import case
    >>> from fstream.combinators.stages import map_stage
    >>> route(case(int) >> map_stage(hex), case(str).keep())  # doctest: +ELLIPSIS
    route(                 # ...
        case(int)
        >> map_stage(hex)  # ...
        case(str)
    )
    """
    for each in cases:
        check_case(each, "each case of route(...)")
    if not cases:
        text = "route(...) needs at least one case"
        raise TypeError(text)
    arms = tuple(each.arm for each in cases)
    return Stage(Route(arms, label("route")))
