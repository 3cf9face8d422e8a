"""Sources, stages, sinks that do not fit."""

# pyright: reportUnusedExpression=false

from collections.abc import Iterator

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.merges import merge
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import fold
from fstream.combinators.sources import live_source
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.plan.contexts import forks
from fstream.plan.contexts import processes
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage


def numbers() -> Iterator[int]:
    yield 1


def half(number: int) -> float:
    return number / 2


def shout(text: str) -> str:
    return text.upper()


def join(so_far: str, text: str) -> str:
    return so_far + text


one = source([1, 2])

# A stage that takes other items.
one >> map_stage(shout)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[str], str]"; expected "Callable[[int], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[int, Never]" and "Stage[str, str, Never]"
one.via(map_stage(shout))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[str], str]"; expected "Callable[[int], str]"
# pyright[reportArgumentType]: Argument of type "Stage[str, str, Never]" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "Stage[str, str, Never]" is not assignable to "Stage[int, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "str" is not a supertype of "int"
#     "int" is not assignable to "str"
map_stage(half) >> map_stage(shout)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[str], str]"; expected "Callable[[float], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Stage[int, float, Never]" and "Stage[str, str, Never]"
one.via(map_stage(lambda n: n.upper()))
# mypy[attr-defined]: "int" has no attribute "upper"
# pyright[reportUnknownArgumentType]: Argument type is partially unknown
#     Argument corresponds to parameter "other" in function "via"
#     Argument type is "Stage[int, Unknown, Never]"
# pyright[reportUnknownMemberType]: Type of "upper" is unknown
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown
# pyright[reportAttributeAccessIssue]: Cannot access attribute "upper" for class "int"
#     Attribute "upper" is unknown
one.via(unbatch())
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Stage[tuple[Never, ...], Never, Never]"; expected "Stage[int, Never, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[tuple[Unknown, ...], Unknown, Never]" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "Stage[tuple[Unknown, ...], Unknown, Never]" is not assignable to "Stage[int, Unknown, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "tuple[Unknown, ...]" is not a supertype of "int"
#     "int" is not assignable to "tuple[Unknown, ...]"

# A sink that takes other items.
one >> fold("", join)
# mypy[arg-type]: Argument 2 to "fold" has incompatible type "Callable[[str, str], str]"; expected "Callable[[str, int], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[int, Never]" and "Sink[str, str, Never]"
one.to(fold("", join))
# mypy[arg-type]: Argument 2 to "fold" has incompatible type "Callable[[str, str], str]"; expected "Callable[[str, int], str]"
# pyright[reportArgumentType]: Argument of type "Sink[str, str, Never]" cannot be assigned to parameter "other" of type "Sink[int, R@to, E2@to]" in function "to"
#     "Sink[str, str, Never]" is not assignable to "Sink[int, str, Never]"
#     Type parameter "A_contra@Sink" is contravariant, but "str" is not a supertype of "int"
#     "int" is not assignable to "str"
one.to_all(fold("", join), count())
# mypy[arg-type]: Argument 2 to "fold" has incompatible type "Callable[[str, str], str]"; expected "Callable[[str, int], str]"
# pyright[reportCallIssue]: No overloads for "to_all" match the provided arguments
# pyright[reportArgumentType]: Argument of type "Sink[str, str, Never]" cannot be assigned to parameter "first" of type "Sink[int, R1@to_all, E1@to_all]" in function "to_all"
#     "Sink[str, str, Never]" is not assignable to "Sink[int, str, Never]"
#     Type parameter "A_contra@Sink" is contravariant, but "str" is not a supertype of "int"
#     "int" is not assignable to "str"

# What is neither a stage nor a sink.
one >> half
# mypy[operator]: No overload variant of "__rshift__" of "Source" matches argument type "Callable[[int], float]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[int, Never]" and "(number: int) -> float"
one.via(half)
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Callable[[int], float]"; expected "Stage[int, Never, Never]"
# pyright[reportArgumentType]: Argument of type "(number: int) -> float" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "FunctionType" is not assignable to "Stage[int, C@via, E2@via]"
one.via(count())
# mypy[arg-type]: Argument 1 to "via" of "Source" has incompatible type "Sink[object, int, Never]"; expected "Stage[int, Never, Never]"
# pyright[reportArgumentType]: Argument of type "Sink[object, int, Never]" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "Sink[object, int, Never]" is not assignable to "Stage[int, C@via, E2@via]"
one.to(map_stage(half))
# mypy[arg-type]: Argument 1 to "to" of "Source" has incompatible type "Stage[int, float, Never]"; expected "Sink[int, Never, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[int, float, Never]" cannot be assigned to parameter "other" of type "Sink[int, R@to, E2@to]" in function "to"
#     "Stage[int, float, Never]" is not assignable to "Sink[int, R@to, E2@to]"

# A plan is closed: nothing comes after it.
one >> count() >> map_stage(half)
# mypy[operator]: Unsupported left operand type for >> ("Plan[int, Never]")
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Plan[int, Never]" and "Stage[int, float, Never]"

# Functions of another shape.
map_stage(3)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "int"; expected "Callable[[Never], Never]"
# pyright[reportArgumentType]: Argument of type "Literal[3]" cannot be assigned to parameter "fn" of type "(A@map_stage) -> B@map_stage" in function "map_stage"
#     Type "Literal[3]" is not assignable to type "(A@map_stage) -> B@map_stage"
filter_stage(half)
# mypy[arg-type]: Argument 1 to "filter_stage" has incompatible type "Callable[[int], float]"; expected "Callable[[int], bool]"
# pyright[reportArgumentType]: Argument of type "(number: int) -> float" cannot be assigned to parameter "fn" of type "(A@filter_stage) -> bool" in function "filter_stage"
#     Type "(number: int) -> float" is not assignable to type "(int) -> bool"
#     Function return type "float" is incompatible with type "bool"
#     "float" is not assignable to "bool"
flat_map_stage(half)
# mypy[arg-type]: Argument 1 to "flat_map_stage" has incompatible type "Callable[[int], float]"; expected "Callable[[int], Iterable[Never]]"
# pyright[reportArgumentType]: Argument of type "(number: int) -> float" cannot be assigned to parameter "fn" of type "(A@flat_map_stage) -> Iterable[B@flat_map_stage]" in function "flat_map_stage"
#     Type "(number: int) -> float" is not assignable to type "(int) -> Iterable[B@flat_map_stage]"
#     Function return type "float" is incompatible with type "Iterable[B@flat_map_stage]"
#     "float" is incompatible with protocol "Iterable[B@flat_map_stage]"
#     "__iter__" is not present
try_stage(half)
# mypy[arg-type]: Argument 1 to "try_stage" has incompatible type "Callable[[int], float]"; expected "Callable[[int], Success[Never] | Failure[Never]]"
# pyright[reportCallIssue]: No overloads for "try_stage" match the provided arguments
# pyright[reportArgumentType]: Argument of type "(number: int) -> float" cannot be assigned to parameter "fn" of type "(A@try_stage) -> Result[B@try_stage, E@try_stage]" in function "try_stage"
#     Type "(number: int) -> float" is not assignable to type "(int) -> Result[B@try_stage, E@try_stage]"
#     Function return type "float" is incompatible with type "Result[B@try_stage, E@try_stage]"
#     "float" is not assignable to "Result[B@try_stage, E@try_stage]"
source_from(numbers())
# mypy[arg-type]: Argument 1 to "source_from" has incompatible type "Iterator[int]"; expected "Callable[[], Iterable[Never]]"
# pyright[reportArgumentType]: Argument of type "Iterator[int]" cannot be assigned to parameter "make" of type "() -> Iterable[A@source_from]" in function "source_from"
#     Type "Iterator[int]" is not assignable to type "() -> Iterable[A@source_from]"
source(numbers())
# mypy[arg-type]: Argument 1 to "source" has incompatible type "Iterator[int]"; expected "Collection[Never]"
# pyright[reportArgumentType]: Argument of type "Iterator[int]" cannot be assigned to parameter "items" of type "Collection[A@source]" in function "source"
#     "Iterator[int]" is incompatible with protocol "Collection[A@source]"
#     "__len__" is not present
#     "__contains__" is not present

# Options of another type.
map_stage(half, on="processes:2")
# mypy[arg-type]: Argument "on" to "map_stage" has incompatible type "str"; expected "Inline | Threads | Processes | Forks | Tasks | NamedContext | None"
# pyright[reportArgumentType]: Argument of type "Literal['processes:2']" cannot be assigned to parameter "on" of type "Context | NamedContext | None" in function "map_stage"
#     Type "Literal['processes:2']" is not assignable to type "Context | NamedContext | None"
#     "Literal['processes:2']" is not assignable to "Inline"
#     "Literal['processes:2']" is not assignable to "Threads"
#     "Literal['processes:2']" is not assignable to "Processes"
#     "Literal['processes:2']" is not assignable to "Forks"
#     "Literal['processes:2']" is not assignable to "Tasks"
#     "Literal['processes:2']" is not assignable to "NamedContext"
#     "Literal['processes:2']" is not assignable to "None"
map_stage(half, on=processes)
# mypy[arg-type]: Argument "on" to "map_stage" has incompatible type "def processes(width: int, *, recycle: int | None = ...) -> Processes"; expected "Inline | Threads | Processes | Forks | Tasks | NamedContext | None"
# pyright[reportArgumentType]: Argument of type "(width: int, *, recycle: int | None = None) -> Processes" cannot be assigned to parameter "on" of type "Context | NamedContext | None" in function "map_stage"
#     Type "(width: int, *, recycle: int | None = None) -> Processes" is not assignable to type "Context | NamedContext | None"
#     "FunctionType" is not assignable to "Inline"
#     "FunctionType" is not assignable to "Threads"
#     "FunctionType" is not assignable to "Processes"
#     "FunctionType" is not assignable to "Forks"
#     "FunctionType" is not assignable to "Tasks"
#     "FunctionType" is not assignable to "NamedContext"
#     "FunctionType" is not assignable to "None"
map_stage(half, name=3)
# mypy[arg-type]: Argument "name" to "map_stage" has incompatible type "int"; expected "str | None"
# pyright[reportArgumentType]: Argument of type "Literal[3]" cannot be assigned to parameter "name" of type "str | None" in function "map_stage"
#     Type "Literal[3]" is not assignable to type "str | None"
#     "Literal[3]" is not assignable to "str"
#     "Literal[3]" is not assignable to "None"
within(map_stage(half), processes(2))
# mypy[arg-type]: Argument 1 to "within" has incompatible type "Stage[int, float, Never]"; expected "Inline | Threads | Processes | Forks | Tasks | NamedContext"
# mypy[arg-type]: Argument 2 to "within" has incompatible type "Processes"; expected "Stage[Never, Never, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[int, float, Never]" cannot be assigned to parameter "context" of type "Context | NamedContext" in function "within"
#     Type "Stage[int, float, Never]" is not assignable to type "Context | NamedContext"
#     "Stage[int, float, Never]" is not assignable to "Inline"
#     "Stage[int, float, Never]" is not assignable to "Threads"
#     "Stage[int, float, Never]" is not assignable to "Processes"
#     "Stage[int, float, Never]" is not assignable to "Forks"
#     "Stage[int, float, Never]" is not assignable to "Tasks"
#     "Stage[int, float, Never]" is not assignable to "NamedContext"
# pyright[reportArgumentType]: Argument of type "Processes" cannot be assigned to parameter "stage" of type "Stage[A@within, B@within, E@within]" in function "within"
#     "Processes" is not assignable to "Stage[A@within, B@within, E@within]"
forks(2, chunk="8")
# mypy[arg-type]: Argument "chunk" to "forks" has incompatible type "str"; expected "int | None"
# pyright[reportArgumentType]: Argument of type "Literal['8']" cannot be assigned to parameter "chunk" of type "int | None" in function "forks"
#     Type "Literal['8']" is not assignable to type "int | None"
#     "Literal['8']" is not assignable to "int"
#     "Literal['8']" is not assignable to "None"
batch("2")
# mypy[arg-type]: Argument 1 to "batch" has incompatible type "str"; expected "int"
# pyright[reportArgumentType]: Argument of type "Literal['2']" cannot be assigned to parameter "n" of type "int" in function "batch"
#     "Literal['2']" is not assignable to "int"

# Annotations that say something else.
as_text: Source[str] = one
# mypy[assignment]: Incompatible types in assignment (expression has type "Source[int, Never]", variable has type "Source[str, Never]")
# pyright[reportAssignmentType]: Type "Source[int, Never]" is not assignable to declared type "Source[str, Never]"
#     "Source[int, Never]" is not assignable to "Source[str, Never]"
#     Type parameter "A_co@Source" is covariant, but "int" is not a subtype of "str"
#     "int" is not assignable to "str"
as_stage: Stage[str, float] = map_stage(half)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[int], float]"; expected "Callable[[str], float]"
# pyright[reportAssignmentType]: Type "Stage[int, float, Never]" is not assignable to declared type "Stage[str, float, Never]"
#     "Stage[int, float, Never]" is not assignable to "Stage[str, float, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "int" is not a supertype of "str"
#     "str" is not assignable to "int"
as_plan: Plan[str] = one.to(collect())
# mypy[arg-type]: Argument 1 to "to" of "Source" has incompatible type "Sink[int, tuple[int, ...], Never]"; expected "Sink[int, str, Never]"
# pyright[reportAssignmentType]: Type "Plan[tuple[int, ...], Never]" is not assignable to declared type "Plan[str, Never]"
#     "Plan[tuple[int, ...], Never]" is not assignable to "Plan[str, Never]"
#     Type parameter "R_co@Plan" is covariant, but "tuple[int, ...]" is not a subtype of "str"
#     "tuple[int, ...]" is not assignable to "str"

# What follows a merge takes what any of its sources gives.
merge(one, source("ab")).via(map_stage(half))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[int], float]"; expected "Callable[[int | str], float]"
# pyright[reportArgumentType]: Argument of type "Stage[int, float, Never]" cannot be assigned to parameter "other" of type "Stage[int | str, C@via, E2@via]" in function "via"
#     "Stage[int, float, Never]" is not assignable to "Stage[int | str, float, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "int" is not a supertype of "int | str"
#     Type "int | str" is not assignable to type "int"
#     "str" is not assignable to "int"
merge(one, map_stage(half))
# mypy[call-overload]: No overload variant of "merge" matches argument types "Source[int, Never]", "Stage[int, float, Never]"
# pyright[reportCallIssue]: No overloads for "merge" match the provided arguments
# pyright[reportArgumentType]: Argument of type "Stage[int, float, Never]" cannot be assigned to parameter "s2" of type "Source[A2@merge, E2@merge]" in function "merge"
#     "Stage[int, float, Never]" is not assignable to "Source[A2@merge, E2@merge]"
merge(one)
# mypy[call-overload]: No overload variant of "merge" matches argument type "Source[int, Never]"
# pyright[reportCallIssue]: No overloads for "merge" match the provided arguments
#     Argument types: (Source[int, Never])

# A live source is made by a function, as any that is made.
live_source(numbers())
# mypy[arg-type]: Argument 1 to "live_source" has incompatible type "Iterator[int]"; expected "Callable[[], Iterable[Never]]"
# pyright[reportArgumentType]: Argument of type "Iterator[int]" cannot be assigned to parameter "make" of type "() -> Iterable[A@live_source]" in function "live_source"
#     Type "Iterator[int]" is not assignable to type "() -> Iterable[A@live_source]"
