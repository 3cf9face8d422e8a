"""Coroutine functions and plain ones, each where the other belongs."""

from fstream.combinators.coroutines import map_async
from fstream.combinators.coroutines import try_async
from fstream.combinators.sources import source
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads


async def size(text: str) -> int:
    return len(text)


def plain(text: str) -> int:
    return len(text)


numbers = source([1, 2])

map_async(size)
# mypy[call-arg]: Missing named argument "on" for "map_async"
# pyright[reportCallIssue]: Argument missing for parameter "on"

map_async(size, on=threads(2))
# mypy[arg-type]: Argument "on" to "map_async" has incompatible type "Threads"; expected "Tasks | NamedContext"
# pyright[reportArgumentType]: Argument of type "Threads" cannot be assigned to parameter "on" of type "TaskContext | NamedContext" in function "map_async"
#     Type "Threads" is not assignable to type "TaskContext | NamedContext"
#     "Threads" is not assignable to "Tasks"
#     "Threads" is not assignable to "NamedContext"

map_async(plain, on=tasks(2))
# mypy[arg-type]: Argument 1 to "map_async" has incompatible type "Callable[[str], int]"; expected "Callable[[str], Awaitable[Never]]"
# pyright[reportArgumentType]: Argument of type "(text: str) -> int" cannot be assigned to parameter "fn" of type "(A@map_async) -> Awaitable[B@map_async]" in function "map_async"
#     Type "(text: str) -> int" is not assignable to type "(str) -> Awaitable[B@map_async]"
#     Function return type "int" is incompatible with type "Awaitable[B@map_async]"
#     "int" is incompatible with protocol "Awaitable[B@map_async]"
#     "__await__" is not present

try_async(size, on=tasks(2))
# mypy[arg-type]: Argument 1 to "try_async" has incompatible type "Callable[[str], Coroutine[Any, Any, int]]"; expected "Callable[[str], Awaitable[Success[Never] | Failure[Never]]]"
# pyright[reportCallIssue]: No overloads for "try_async" match the provided arguments
# pyright[reportArgumentType]: Argument of type "(text: str) -> CoroutineType[Any, Any, int]" cannot be assigned to parameter "fn" of type "(A@try_async) -> Awaitable[Result[B@try_async, E@try_async]]" in function "try_async"
#     Type "(text: str) -> CoroutineType[Any, Any, int]" is not assignable to type "(str) -> Awaitable[Result[B@try_async, E@try_async]]"
#     Function return type "CoroutineType[Any, Any, int]" is incompatible with type "Awaitable[Result[B@try_async, E@try_async]]"
#     "CoroutineType[Any, Any, int]" is not assignable to "Awaitable[Result[B@try_async, E@try_async]]"
#     Type parameter "_T_co@Awaitable" is covariant, but "int" is not a subtype of "Result[B@try_async, E@try_async]"
#     "int" is not assignable to "Result[B@try_async, E@try_async]"

numbers.via(map_async(size, on=tasks(2)))
# mypy[arg-type]: Argument 1 to "map_async" has incompatible type "Callable[[str], Coroutine[Any, Any, int]]"; expected "Callable[[int], Awaitable[int]]"
# pyright[reportArgumentType]: Argument of type "Stage[str, int, Never]" cannot be assigned to parameter "other" of type "Stage[int, C@via, E2@via]" in function "via"
#     "Stage[str, int, Never]" is not assignable to "Stage[int, int, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "str" is not a supertype of "int"
#     "int" is not assignable to "str"
