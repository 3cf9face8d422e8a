"""Programs that are right, but not inferred by one of the checkers.

The day one of them infers, this file changes, and the documentation may.
"""

# pyright: reportUnusedExpression=false

from abc import ABC
from abc import abstractmethod
from typing import reveal_type

from fstream.combinators.batches import batch
from fstream.combinators.cases import case
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.states import scan_stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Success


def parse(text: str) -> Success[int] | Failure[str]:
    return Success(int(text)) if text.isdigit() else Failure(text)


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


one = source([1, 2])

# pyright infers nothing through an operator: write via and to.
collected = one >> collect()
# pyright[reportUnknownVariableType]: Type of "collected" is partially unknown
#     Type of "collected" is "Plan[tuple[Unknown, ...], Never]"
batched = one >> batch(2)
# pyright[reportUnknownVariableType]: Type of "batched" is partially unknown
#     Type of "batched" is "Source[tuple[Unknown, ...], Never]"
mapped = one >> map_stage(lambda n: n + 1)
# pyright[reportUnknownVariableType]: Type of "mapped" is partially unknown
#     Type of "mapped" is "Source[Unknown, Never]"
# pyright[reportOperatorIssue]: Operator "+" not supported for types "A@map_stage" and "Literal[1]"
# pyright[reportUnknownLambdaType]: Return type of lambda is unknown

# pyright takes the numbers of a tuple as literals: name the function.
one.via(scan_stage((0, 0), lambda last, n: (last[1], n)))
# pyright[reportArgumentType]: Argument of type "(last: tuple[Literal[0], Literal[0]], n: int) -> tuple[Literal[0], int]" cannot be assigned to parameter "fn" of type "(S@scan_stage, A@scan_stage) -> S@scan_stage" in function "scan_stage"
#     Type "(last: tuple[Literal[0], Literal[0]], n: int) -> tuple[Literal[0], int]" is not assignable to type "(tuple[Literal[0], Literal[0]], int) -> tuple[Literal[0], Literal[0]]"
#     Function return type "tuple[Literal[0], int]" is incompatible with type "tuple[Literal[0], Literal[0]]"
#     "tuple[Literal[0], int]" is not assignable to "tuple[Literal[0], Literal[0]]"
#     Tuple entry 2 is incorrect type
#     "int" is not assignable to type "Literal[0]"

# mypy infers Any for a lambda that gives an Outcome: name the function.
reveal_type(source(["1"]).via(try_stage(lambda text: parse(text.strip()))))
# mypy[misc]: Revealed type is "fstream.plan.typed.Source[Any, Any]"
# pyright[information]: Type of "source(["1"]).via(try_stage(lambda text: parse(text.strip())))" is "Source[int, str]"

# mypy refuses abstract classes as arguments: write a guard.
case(Shape)
# mypy[type-abstract]: Only concrete class can be given where "type[Shape]" is expected
