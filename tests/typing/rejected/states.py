"""Stages that keep a state, and do not fit."""

# pyright: reportUnusedExpression=false

from fstream.combinators.sources import source
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import scan_stage


def join(text: str, n: int) -> str:
    return f"{text}{n}"


def halved(total: int, n: int) -> float:
    return (total + n) / 2


def both(n: int) -> list[int]:
    return [n, -n]


one = source([1, 2])

# A state of another type than the function takes.
scan_stage(0, join)
# mypy[arg-type]: Argument 2 to "scan_stage" has incompatible type "Callable[[str, int], str]"; expected "Callable[[int, int], int]"
# pyright[reportArgumentType]: Argument of type "(text: str, n: int) -> str" cannot be assigned to parameter "fn" of type "(S@scan_stage, A@scan_stage) -> S@scan_stage" in function "scan_stage"
#     Type "(text: str, n: int) -> str" is not assignable to type "(str | int, int) -> (str | int)"
#     Parameter 1: type "str | int" is incompatible with type "str"
#     Type "str | int" is not assignable to type "str"
#     "int" is not assignable to "str"

# A function that gives no next state.
scan_stage(0, halved)
# mypy[arg-type]: Argument 2 to "scan_stage" has incompatible type "Callable[[int, int], float]"; expected "Callable[[int, int], int]"
# pyright[reportArgumentType]: Argument of type "(total: int, n: int) -> float" cannot be assigned to parameter "fn" of type "(S@scan_stage, A@scan_stage) -> S@scan_stage" in function "scan_stage"
#     Type "(total: int, n: int) -> float" is not assignable to type "(int, int) -> int"
#     Function return type "float" is incompatible with type "int"
#     "float" is not assignable to "int"

# Items that the function does not take.
source(["a"]) >> scan_stage("", join)
# mypy[arg-type]: Argument 2 to "scan_stage" has incompatible type "Callable[[str, int], str]"; expected "Callable[[str, str], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[str, Never]" and "Stage[int, str, Never]"
source(["a"]).via(scan_stage(0, lambda total, text: total + text))
# mypy[operator]: Unsupported operand types for + ("int" and "str")
# pyright[reportOperatorIssue]: Operator "+" not supported for types "int" and "str"
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown

# Keys, and items without a key, must be hashable.
distinct(both)
# mypy[arg-type]: Argument 1 to "distinct" has incompatible type "Callable[[int], list[int]]"; expected "Callable[[int], Hashable]"
# pyright[reportCallIssue]: No overloads for "distinct" match the provided arguments
# pyright[reportArgumentType]: Argument of type "(n: int) -> list[int]" cannot be assigned to parameter "key" of type "(A@distinct) -> Hashable" in function "distinct"
#     Type "(n: int) -> list[int]" is not assignable to type "(int) -> Hashable"
#     Function return type "list[int]" is incompatible with type "Hashable"
#     "list[int]" is incompatible with protocol "Hashable"
#     "__hash__" is an incompatible type
#     "__hash__" is not defined as a ClassVar in protocol
#     Type "None" is not assignable to type "() -> int"
source([[1], [2]]).via(distinct())
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Stage[Never, Never, Never]"; expected "Stage[list[int], Never, Never]"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "other" in function "via"
#     Argument type is "Stage[Unknown, Unknown, Never]"

drop("2")
# mypy[arg-type]: Argument 1 to "drop" has incompatible type "str"; expected "int"
# pyright[reportArgumentType]: Argument of type "Literal['2']" cannot be assigned to parameter "n" of type "int" in function "drop"
#     "Literal['2']" is not assignable to "int"
one.via(drop(2, 3))
# mypy[call-arg]: Too many arguments for "drop"
# pyright[reportUnknownArgumentType]: Argument type is unknown
#     Argument corresponds to parameter "other" in function "via"
# pyright[reportCallIssue]: Expected 1 positional argument
