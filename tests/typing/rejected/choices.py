"""Choices that are not finished, keys that do not exist, arms that do not fit."""

# pyright: reportUnusedExpression=false

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from fstream.combinators.cases import case
from fstream.combinators.choices import route_when
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.routes import route
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage


class Color(Enum):
    RED = 1
    GREEN = 2


@dataclass(frozen=True)
class Lamp:
    color: Color
    watts: int


def is_bright(lamp: Lamp) -> bool:
    return lamp.watts > 60


def color_of(lamp: Lamp) -> Color:
    return lamp.color


def size_of(lamp: Lamp) -> Literal["small", "big"]:
    return "big" if is_bright(lamp) else "small"


def watts(lamp: Lamp) -> int:
    return lamp.watts


lamps = source([Lamp(Color.RED, 40)])

# A choice without a rest is no stage.
lamps.via(route_when(when(is_bright).keep()))
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Choice[Lamp, Lamp, Never]"; expected "Stage[Lamp, Never, Never]"
# pyright[reportArgumentType]: Argument of type "Choice[Lamp, Lamp, Never]" cannot be assigned to parameter "other" of type "Stage[Lamp, C@via, E2@via]" in function "via"
#     "Choice[Lamp, Lamp, Never]" is not assignable to "Stage[Lamp, C@via, E2@via]"
lamps >> route_when(when(is_bright).keep())
# mypy[operator]: No overload variant of "__rshift__" of "Source" matches argument type "Choice[Lamp, Lamp, Never]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[Lamp, Never]" and "Choice[Lamp, Lamp, Never]"
# A head is no arm.
route_when(when(is_bright))
# mypy[call-overload]: No overload variant of "route_when" matches argument type "When[Lamp, Lamp]"
# pyright[reportCallIssue]: No overloads for "route_when" match the provided arguments
# pyright[reportArgumentType]: Argument of type "When[Lamp, Lamp]" cannot be assigned to parameter "w1" of type "WhenArm[A@route_when, B1@route_when, E1@route_when]" in function "route_when"
#     "When[Lamp, Lamp]" is not assignable to "WhenArm[A@route_when, B1@route_when, E1@route_when]"
# An arm of a choice is no case of a route: nothing says that it takes all there is.
route(when(is_bright).keep())
# mypy[call-overload]: No overload variant of "route" matches argument type "WhenArm[Lamp, Lamp, Never]"
# pyright[reportCallIssue]: No overloads for "route" match the provided arguments
# pyright[reportArgumentType]: Argument of type "WhenArm[Lamp, Lamp, Never]" cannot be assigned to parameter "a1" of type "Case[A1@route, B1@route, E1@route]" in function "route"
#     "WhenArm[Lamp, Lamp, Never]" is not assignable to "Case[A1@route, B1@route, E1@route]"
route_when(case(Lamp).keep())
# mypy[call-overload]: No overload variant of "route_when" matches argument type "Case[Lamp, Lamp, Never]"
# pyright[reportCallIssue]: No overloads for "route_when" match the provided arguments
# pyright[reportArgumentType]: Argument of type "Case[Lamp, Lamp, Never]" cannot be assigned to parameter "w1" of type "WhenArm[A@route_when, B1@route_when, E1@route_when]" in function "route_when"
#     "Case[Lamp, Lamp, Never]" is not assignable to "WhenArm[A@route_when, B1@route_when, E1@route_when]"
# A key that the function cannot give.
by(color_of)("red")
# mypy[arg-type]: Argument 1 to "__call__" of "By" has incompatible type "str"; expected "Color"
# pyright[reportArgumentType]: Argument of type "Literal['red']" cannot be assigned to parameter "value" of type "Color" in function "__call__"
#     "Literal['red']" is not assignable to "Color"
by(size_of)("medium")
# mypy[arg-type]: Argument 1 to "__call__" of "By" has incompatible type "Literal['medium']"; expected "Literal['small', 'big']"
# pyright[reportArgumentType]: Argument of type "Literal['medium']" cannot be assigned to parameter "value" of type "Literal['small', 'big']" in function "__call__"
#     Type "Literal['medium']" is not assignable to type "Literal['small', 'big']"
#     "Literal['medium']" is not assignable to type "Literal['small']"
#     "Literal['medium']" is not assignable to type "Literal['big']"
by(size_of).of("small", "medium")
# mypy[arg-type]: Argument 2 to "of" of "By" has incompatible type "Literal['medium']"; expected "Literal['small', 'big']"
# pyright[reportArgumentType]: Argument of type "Literal['medium']" cannot be assigned to parameter "keys" of type "Literal['small', 'big']" in function "of"
#     Type "Literal['medium']" is not assignable to type "Literal['small', 'big']"
#     "Literal['medium']" is not assignable to type "Literal['small']"
#     "Literal['medium']" is not assignable to type "Literal['big']"
# What the stage takes is not what comes.
when(is_bright) >> map_stage(str.upper)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[str], str]"; expected "Callable[[Lamp], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "When[Lamp, Lamp]" and "Stage[str, str, Never]"
when(is_bright).via(map_stage(lambda lamp: lamp.weight))
# mypy[attr-defined]: "Lamp" has no attribute "weight"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "stage" in function "via"
#     Argument type is "Stage[Lamp, Unknown, Never]"
# pyright[reportUnknownMemberType]: Type of "weight" is unknown
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown
# pyright[reportAttributeAccessIssue]: Cannot access attribute "weight" for class "Lamp"
#     Attribute "weight" is unknown
route_when(when(is_bright).keep()).otherwise(map_stage(str.upper))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[str], str]"; expected "Callable[[Lamp], str]"
# pyright[reportArgumentType]: Argument of type "Stage[str, str, Never]" cannot be assigned to parameter "stage" of type "Stage[Lamp, C@otherwise, E@otherwise]" in function "otherwise"
#     "Stage[str, str, Never]" is not assignable to "Stage[Lamp, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "str" is not a supertype of "Lamp"
#     "Lamp" is not assignable to "str"
# A predicate of something else, and one that answers with no bool.
source([1]).via(route_when(when(is_bright).keep()).otherwise(map_stage(watts)))
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Stage[Lamp, Lamp | int, Never]"; expected "Stage[int, Lamp | int, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[Lamp, Lamp | int, Never]" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "Stage[Lamp, Lamp | int, Never]" is not assignable to "Stage[int, Lamp | int, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Lamp" is not a supertype of "int"
#     "int" is not assignable to "Lamp"
when(watts)
# mypy[arg-type]: Argument 1 to "when" has incompatible type "Callable[[Lamp], int]"; expected "Callable[[Lamp], TypeIs[Never]]"
# pyright[reportCallIssue]: No overloads for "when" match the provided arguments
# pyright[reportArgumentType]: Argument of type "(lamp: Lamp) -> int" cannot be assigned to parameter "pred" of type "(A@when) -> bool" in function "when"
#     Type "(lamp: Lamp) -> int" is not assignable to type "(Lamp) -> bool"
#     Function return type "int" is incompatible with type "bool"
#     "int" is not assignable to "bool"
