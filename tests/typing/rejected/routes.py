"""Routes that forget a class, cases that do not fit."""

# pyright: reportUnusedExpression=false

from dataclasses import dataclass

from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.routes import route
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage


@dataclass(frozen=True)
class Circle:
    radius: float


@dataclass(frozen=True)
class Square:
    side: float


@dataclass(frozen=True)
class Text:
    text: str


Shape = Circle | Square | Text


def area(circle: Circle) -> float:
    return circle.radius * circle.radius * 3


def side(square: Square) -> float:
    return square.side


def is_round(shape: Shape) -> bool:
    return isinstance(shape, Circle)


def drawn() -> list[Shape]:
    return [Circle(1), Square(2), Text("x")]


shapes = source(drawn())
measured = route(case(Circle) >> map_stage(area), case(Square) >> map_stage(side))

# A class is missing where the route is attached.
shapes >> measured
# mypy[operator]: Unsupported operand types for >> ("Source[Circle | Square | Text, Never]" and "Stage[Circle | Square, float, Never]")
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[Shape, Never]" and "Stage[Circle | Square, float, Never]"
shapes.via(measured)
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Stage[Circle | Square, float, Never]"; expected "Stage[Circle | Square | Text, float, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[Circle | Square, float, Never]" cannot be assigned to parameter "other" of type "Stage[Shape, C@via, E2@via]" in function "via"
#     "Stage[Circle | Square, float, Never]" is not assignable to "Stage[Shape, float, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Circle | Square" is not a supertype of "Shape"
#     Type "Shape" is not assignable to type "Circle | Square"
#     Type "Text" is not assignable to type "Circle | Square"
#     "Text" is not assignable to "Circle"
#     "Text" is not assignable to "Square"
shapes.via(route(case(Circle, Square).keep()))
# mypy[arg-type]: Argument 1 to "route" has incompatible type "Case[Circle | Square, Circle | Square, Never]"; expected "Case[Circle | Square | Text, Circle | Square, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[Circle | Square, Circle | Square, Never]" cannot be assigned to parameter "other" of type "Stage[Shape, C@via, E2@via]" in function "via"
#     "Stage[Circle | Square, Circle | Square, Never]" is not assignable to "Stage[Shape, Circle | Square, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Circle | Square" is not a supertype of "Shape"
#     Type "Shape" is not assignable to type "Circle | Square"
#     Type "Text" is not assignable to type "Circle | Square"
#     "Text" is not assignable to "Circle"
#     "Text" is not assignable to "Square"

# A head is no arm.
route(case(Circle))
# mypy[call-overload]: No overload variant of "route" matches argument type "CaseHead[Circle, Circle]"
# pyright[reportCallIssue]: No overloads for "route" match the provided arguments
# pyright[reportArgumentType]: Argument of type "CaseHead[Circle, Circle]" cannot be assigned to parameter "a1" of type "Case[A1@route, B1@route, E1@route]" in function "route"
#     "CaseHead[Circle, Circle]" is not assignable to "Case[A1@route, B1@route, E1@route]"
route(case(Circle), case(Square).keep())
# mypy[call-overload]: No overload variant of "route" matches argument types "CaseHead[Circle, Circle]", "Case[Square, Square, Never]"
# pyright[reportCallIssue]: No overloads for "route" match the provided arguments
# pyright[reportArgumentType]: Argument of type "CaseHead[Circle, Circle]" cannot be assigned to parameter "a1" of type "Case[A1@route, B1@route, E1@route]" in function "route"
#     "CaseHead[Circle, Circle]" is not assignable to "Case[A1@route, B1@route, E1@route]"

# A stage that takes other items than its case.
case(Circle) >> map_stage(side)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[Square], float]"; expected "Callable[[Circle], float]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "CaseHead[Circle, Circle]" and "Stage[Square, float, Never]"
case(Circle).via(map_stage(side))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[Square], float]"; expected "Callable[[Circle], float]"
# pyright[reportArgumentType]: Argument of type "Stage[Square, float, Never]" cannot be assigned to parameter "stage" of type "Stage[Circle, C@via, E@via]" in function "via"
#     "Stage[Square, float, Never]" is not assignable to "Stage[Circle, float, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Square" is not a supertype of "Circle"
#     "Circle" is not assignable to "Square"
case(Circle).via(map_stage(lambda circle: circle.side))
# mypy[attr-defined]: "Circle" has no attribute "side"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "stage" in function "via"
#     Argument type is "Stage[Circle, Unknown, Never]"
# pyright[reportUnknownMemberType]: Type of "side" is unknown
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown
# pyright[reportAttributeAccessIssue]: Cannot access attribute "side" for class "Circle"
#     Attribute "side" is unknown
case(Circle, Square).via(map_stage(side))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[Square], float]"; expected "Callable[[Circle | Square], float]"
# pyright[reportArgumentType]: Argument of type "Stage[Square, float, Never]" cannot be assigned to parameter "stage" of type "Stage[Circle | Square, C@via, E@via]" in function "via"
#     "Stage[Square, float, Never]" is not assignable to "Stage[Circle | Square, float, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Square" is not a supertype of "Circle | Square"
#     Type "Circle | Square" is not assignable to type "Square"
#     "Circle" is not assignable to "Square"

# What is neither a class nor a guard.
case(Circle(1))
# mypy[call-overload]: No overload variant of "case" matches argument type "Circle"
# pyright[reportCallIssue]: No overloads for "case" match the provided arguments
# pyright[reportArgumentType]: Argument of type "Circle" cannot be assigned to parameter "guard" of type "(A@case) -> TypeIs[K@case]" in function "case"
#     Type "Circle" is not assignable to type "(A@case) -> TypeIs[K@case]"
case(is_round)
# mypy[arg-type]: Argument 1 to "case" has incompatible type "Callable[[Circle | Square | Text], bool]"; expected "Callable[[Circle | Square | Text], TypeIs[Never]]"
# pyright[reportCallIssue]: No overloads for "case" match the provided arguments
# pyright[reportArgumentType]: Argument of type "(shape: Shape) -> bool" cannot be assigned to parameter "guard" of type "(A@case) -> TypeIs[K@case]" in function "case"
#     Type "(shape: Shape) -> bool" is not assignable to type "(Shape) -> TypeIs[K@case]"
#     Function return type "bool" is incompatible with type "TypeIs[K@case]"
#     "bool" is not assignable to "TypeIs[K@case]"
case_port(Circle)
# mypy[type-var]: Value of type variable "P" of "case_port" cannot be "Circle"
# pyright[reportArgumentType]: Argument of type "type[Circle]" cannot be assigned to parameter "port" of type "(T@case_port) -> P@case_port" in function "case_port"
#     Type "type[Circle]" is not assignable to type "(float) -> P@case_port"
#     Function return type "Circle" is incompatible with type "P@case_port"
#     Type "Circle" is not assignable to type "Port[object]"
#     "Circle" is not assignable to "Port[object]"
