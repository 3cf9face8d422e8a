"""Limits that are told what they cannot be."""

# pyright: reportUnusedExpression=false

from fstream import source
from fstream import take
from fstream import take_while

# A limit is a number of items.
take("3")
# mypy[arg-type]: Argument 1 to "take" has incompatible type "str"; expected "int"
# pyright[reportArgumentType]: Argument of type "Literal['3']" cannot be assigned to parameter "n" of type "int" in function "take"
#     "Literal['3']" is not assignable to "int"
# A predicate is asked about the items that come.
source([1, 2]) >> take_while(str.isdigit)
# mypy[arg-type]: Argument 1 to "take_while" has incompatible type "Callable[[str], bool]"; expected "Callable[[int], bool]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[int, Never]" and "Stage[str, str, Never]"
