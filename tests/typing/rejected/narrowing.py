"""Guards that narrow nothing, or are asked about what they do not know."""

# pyright: reportUnusedExpression=false

from typing_extensions import TypeIs

from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage


def is_text(item: int | str) -> TypeIs[str]:
    return isinstance(item, str)


def is_long(item: str) -> bool:
    return len(item) > 1


def drawn() -> list[int | str]:
    return [1, "b"]


# A predicate is no guard.
narrow_stage(is_long)
# mypy[arg-type]: Argument 1 to "narrow_stage" has incompatible type "Callable[[str], bool]"; expected "Callable[[str], TypeIs[Never]]"
# pyright[reportArgumentType]: Argument of type "(item: str) -> bool" cannot be assigned to parameter "guard" of type "(A@narrow_stage) -> TypeIs[B@narrow_stage]" in function "narrow_stage"
#     Type "(item: str) -> bool" is not assignable to type "(str) -> TypeIs[B@narrow_stage]"
#     Function return type "bool" is incompatible with type "TypeIs[B@narrow_stage]"
#     "bool" is not assignable to "TypeIs[B@narrow_stage]"
# What comes is more than the guard knows of.
source([b"a"]).via(narrow_stage(is_text))
# mypy[arg-type]: Argument 1 to "narrow_stage" has incompatible type "Callable[[int | str], TypeIs[str]]"; expected "Callable[[bytes], TypeIs[str]]"
# pyright[reportArgumentType]: Argument of type "Stage[int | str, str, Never]" cannot be assigned to parameter "other" of type "Stage[bytes, C@via, E2@via]" in function "via"
#     "Stage[int | str, str, Never]" is not assignable to "Stage[bytes, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "int | str" is not a supertype of "bytes"
#     Type "bytes" is not assignable to type "int | str"
#     "bytes" is not assignable to "int"
#     "bytes" is not assignable to "str"
# What the guard rejects is gone, and so is its type.
source(drawn()) >> narrow_stage(is_text) >> map_stage(int.bit_length)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[int], int]"; expected "Callable[[str], int]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[str, Never]" and "Stage[int, int, Never]"
