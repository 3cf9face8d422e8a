"""Resources that are no context managers, and functions that expect others."""

# pyright: reportUnusedExpression=false

from contextlib import nullcontext

from fstream import source
from fstream import using


def opened() -> nullcontext[str]:
    return nullcontext("")


def counted(resource: int, item: int) -> int:
    return resource + item


def plain() -> int:
    return 3


# What opens a resource gives a context manager.
using(plain)
# mypy[arg-type]: Argument 1 to "using" has incompatible type "Callable[[], int]"; expected "Callable[[], AbstractContextManager[Never, bool | None]]"
# pyright[reportArgumentType]: Argument of type "() -> int" cannot be assigned to parameter "open" of type "() -> AbstractContextManager[R@using, bool | None]" in function "using"
#     Type "() -> int" is not assignable to type "() -> AbstractContextManager[R@using, bool | None]"
#     Function return type "int" is incompatible with type "AbstractContextManager[R@using, bool | None]"
#     "int" is incompatible with protocol "AbstractContextManager[R@using, bool | None]"
#     "__enter__" is not present
#     "__exit__" is not present
# A function gets the resource that is opened.
source([1]) >> using(opened).map_stage(counted)
# mypy[arg-type]: Argument 1 to "map_stage" of "Using" has incompatible type "Callable[[int, int], int]"; expected "Callable[[str, int], int]"
# pyright[reportArgumentType]: Argument of type "(resource: int, item: int) -> int" cannot be assigned to parameter "fn" of type "(str, A@map_stage) -> B@map_stage" in function "map_stage"
#     Type "(resource: int, item: int) -> int" is not assignable to type "(str, int) -> int"
#     Parameter 1: type "str" is incompatible with type "int"
#     "str" is not assignable to "int"
