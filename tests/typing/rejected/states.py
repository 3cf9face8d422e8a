"""Stages that keep a state, and do not fit."""

# pyright: reportUnusedExpression=false

from fstream.combinators.sources import source
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage


def join(text: str, n: int) -> str:
    return f"{text}{n}"


def halved(total: int, n: int) -> float:
    return (total + n) / 2


def plus(total: int, n: int) -> int:
    return total + n


def parity(n: int) -> bool:
    return n % 2 == 0


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

scan_by(both, 0, plus)
# mypy[type-var]: Value of type variable "K" of "scan_by" cannot be "list[int]"
# pyright[reportArgumentType]: Argument of type "(n: int) -> list[int]" cannot be assigned to parameter "key" of type "(A@scan_by) -> K@scan_by" in function "scan_by"
#     Type "(n: int) -> list[int]" is not assignable to type "(int) -> K@scan_by"
#     Function return type "list[int]" is incompatible with type "K@scan_by"
#     Type "list[int]" is not assignable to type "Hashable"
#     "list[int]" is incompatible with protocol "Hashable"
#     "__hash__" is an incompatible type
#     "__hash__" is not defined as a ClassVar in protocol
one.via(scan_by(lambda n: [n], 0, lambda total, n: total + n))
# mypy[type-var]: Value of type variable "K" of "scan_by" cannot be "list[int]"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "other" in function "via"
#     Argument type is "Stage[Unknown, tuple[Unknown, int], Never]"
# pyright[reportArgumentType]: Argument of type "(n: A@scan_by) -> list[A@scan_by]" cannot be assigned to parameter "key" of type "(A@scan_by) -> K@scan_by" in function "scan_by"
#     Type "(n: A@scan_by) -> list[A@scan_by]" is not assignable to type "(A@scan_by) -> K@scan_by"
#     Function return type "list[A@scan_by]" is incompatible with type "K@scan_by"
#     Type "list[A@scan_by]" is not assignable to type "Hashable"
#     "list[A@scan_by]" is incompatible with protocol "Hashable"
#     "__hash__" is an incompatible type
#     "__hash__" is not defined as a ClassVar in protocol
# pyright[reportOperatorIssue]: Operator "+" not supported for types "int" and "A@scan_by"
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown
group_by_key(both, 2)
# mypy[type-var]: Value of type variable "K" of "group_by_key" cannot be "list[int]"
# pyright[reportArgumentType]: Argument of type "(n: int) -> list[int]" cannot be assigned to parameter "key" of type "(A@group_by_key) -> K@group_by_key" in function "group_by_key"
#     Type "(n: int) -> list[int]" is not assignable to type "(int) -> K@group_by_key"
#     Function return type "list[int]" is incompatible with type "K@group_by_key"
#     Type "list[int]" is not assignable to type "Hashable"
#     "list[int]" is incompatible with protocol "Hashable"
#     "__hash__" is an incompatible type
#     "__hash__" is not defined as a ClassVar in protocol
one.via(group_by_key(lambda n: {n}))
# mypy[type-var]: Value of type variable "K" of "group_by_key" cannot be "set[int]"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "other" in function "via"
#     Argument type is "Stage[Unknown, tuple[Unknown, tuple[Unknown, ...]], Never]"
# pyright[reportArgumentType]: Argument of type "(n: A@group_by_key) -> set[A@group_by_key]" cannot be assigned to parameter "key" of type "(A@group_by_key) -> K@group_by_key" in function "group_by_key"
#     Type "(n: A@group_by_key) -> set[A@group_by_key]" is not assignable to type "(A@group_by_key) -> K@group_by_key"
#     Function return type "set[A@group_by_key]" is incompatible with type "K@group_by_key"
#     Type "set[A@group_by_key]" is not assignable to type "Hashable"
#     "set[A@group_by_key]" is incompatible with protocol "Hashable"
#     "__hash__" is an incompatible type
#     "__hash__" is not defined as a ClassVar in protocol

# A key of other items, a state of another type.
source(["a"]).via(scan_by(parity, 0, plus))
# mypy[arg-type]: Argument 1 to "scan_by" has incompatible type "Callable[[int], bool]"; expected "Callable[[str], bool]"
# mypy[arg-type]: Argument 3 to "scan_by" has incompatible type "Callable[[int, int], int]"; expected "Callable[[int, str], int]"
# pyright[reportArgumentType]: Argument of type "Stage[int, tuple[bool, int], Never]" cannot be assigned to parameter "other" of type "Stage[str, C@via, E2@via]" in function "via"
#     "Stage[int, tuple[bool, int], Never]" is not assignable to "Stage[str, tuple[bool, int], Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "int" is not a supertype of "str"
#     "str" is not assignable to "int"
scan_by(parity, 0, join)
# mypy[arg-type]: Argument 3 to "scan_by" has incompatible type "Callable[[str, int], str]"; expected "Callable[[int, int], int]"
# pyright[reportArgumentType]: Argument of type "(text: str, n: int) -> str" cannot be assigned to parameter "fn" of type "(S@scan_by, A@scan_by) -> S@scan_by" in function "scan_by"
#     Type "(text: str, n: int) -> str" is not assignable to type "(str | int, int) -> (str | int)"
#     Parameter 1: type "str | int" is incompatible with type "str"
#     Type "str | int" is not assignable to type "str"
#     "int" is not assignable to "str"
source(["a"]).via(group_by_key(parity))
# mypy[arg-type]: Argument 1 to "group_by_key" has incompatible type "Callable[[int], bool]"; expected "Callable[[str], bool]"
# pyright[reportArgumentType]: Argument of type "Stage[int, tuple[bool, tuple[int, ...]], Never]" cannot be assigned to parameter "other" of type "Stage[str, C@via, E2@via]" in function "via"
#     "Stage[int, tuple[bool, tuple[int, ...]], Never]" is not assignable to "Stage[str, tuple[bool, tuple[int, ...]], Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "int" is not a supertype of "str"
#     "str" is not assignable to "int"
group_by_key(parity, "3")
# mypy[arg-type]: Argument 2 to "group_by_key" has incompatible type "str"; expected "int"
# pyright[reportArgumentType]: Argument of type "Literal['3']" cannot be assigned to parameter "size" of type "int" in function "group_by_key"
#     "Literal['3']" is not assignable to "int"

limit_rate("10/s")
# mypy[arg-type]: Argument 1 to "limit_rate" has incompatible type "str"; expected "float"
# pyright[reportArgumentType]: Argument of type "Literal['10/s']" cannot be assigned to parameter "per_second" of type "float" in function "limit_rate"
#     "Literal['10/s']" is not assignable to "float"
one.via(limit_rate(10, 2))
# mypy[call-arg]: Too many arguments for "limit_rate"
# pyright[reportUnknownArgumentType]: Argument type is unknown
#     Argument corresponds to parameter "other" in function "via"
# pyright[reportCallIssue]: Expected 1 positional argument

drop("2")
# mypy[arg-type]: Argument 1 to "drop" has incompatible type "str"; expected "int"
# pyright[reportArgumentType]: Argument of type "Literal['2']" cannot be assigned to parameter "n" of type "int" in function "drop"
#     "Literal['2']" is not assignable to "int"
one.via(drop(2, 3))
# mypy[call-arg]: Too many arguments for "drop"
# pyright[reportUnknownArgumentType]: Argument type is unknown
#     Argument corresponds to parameter "other" in function "via"
# pyright[reportCallIssue]: Expected 1 positional argument
