"""Retries, limits and deliveries that are none."""

# pyright: reportUnusedExpression=false

from fstream.api import run
from fstream.combinators.sinks import count
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.plan.care import Retry
from fstream.plan.contexts import processes

map_stage(len, retry=3)
# mypy[arg-type]: Argument "retry" to "map_stage" has incompatible type "int"; expected "Retry | None"
# pyright[reportArgumentType]: Argument of type "Literal[3]" cannot be assigned to parameter "retry" of type "Retry | None" in function "map_stage"
#     Type "Literal[3]" is not assignable to type "Retry | None"
#     "Literal[3]" is not assignable to "Retry"
#     "Literal[3]" is not assignable to "None"
map_stage(len, timeout="2 s")
# mypy[arg-type]: Argument "timeout" to "map_stage" has incompatible type "str"; expected "float | None"
# pyright[reportArgumentType]: Argument of type "Literal['2 s']" cannot be assigned to parameter "timeout" of type "float | None" in function "map_stage"
#     Type "Literal['2 s']" is not assignable to type "float | None"
#     "Literal['2 s']" is not assignable to "float"
#     "Literal['2 s']" is not assignable to "None"
map_stage(len, delivery="exactly_once")
# mypy[arg-type]: Argument "delivery" to "map_stage" has incompatible type "Literal['exactly_once']"; expected "Literal['rerun', 'at_most_once']"
# pyright[reportArgumentType]: Argument of type "Literal['exactly_once']" cannot be assigned to parameter "delivery" of type "Delivery" in function "map_stage"
#     Type "Literal['exactly_once']" is not assignable to type "Delivery"
#     "Literal['exactly_once']" is not assignable to type "Literal['rerun']"
#     "Literal['exactly_once']" is not assignable to type "Literal['at_most_once']"
Retry(3, on=(OSError, "KeyError"))
# mypy[arg-type]: Argument "on" to "Retry" has incompatible type "tuple[type[OSError], str]"; expected "tuple[type[BaseException], ...]"
# pyright[reportArgumentType]: Argument of type "tuple[type[OSError], Literal['KeyError']]" cannot be assigned to parameter "on" of type "tuple[type[BaseException], ...]" in function "__init__"
#     Type "Literal['KeyError']" is not assignable to type "type[BaseException]"
Retry(3, 0.5)
# mypy[call-arg]: Too many positional arguments for "Retry"
# pyright[reportCallIssue]: Expected 1 positional argument
Retry(3, wait=lambda: 0.5)
# mypy[misc]: Cannot infer type of lambda
# mypy[arg-type]: Argument "wait" to "Retry" has incompatible type "Callable[[], float]"; expected "float | Callable[[int], float]"
# pyright[reportArgumentType]: Argument of type "() -> float" cannot be assigned to parameter "wait" of type "Wait" in function "__init__"
#     Type "() -> float" is not assignable to type "Wait"
#     "FunctionType" is not assignable to "float"
#     Type "() -> float" is not assignable to type "(int) -> float"
#     Function accepts too few positional parameters; expected 1 but received 0
processes(2, 100)
# mypy[call-arg]: Too many positional arguments for "processes"
# pyright[reportCallIssue]: Expected 1 positional argument
run(source([1]) >> count(), deadline="soon")
# mypy[arg-type]: Argument "deadline" to "run" has incompatible type "str"; expected "float | None"
# pyright[reportArgumentType]: Argument of type "Literal['soon']" cannot be assigned to parameter "deadline" of type "float | None" in function "run"
#     Type "Literal['soon']" is not assignable to type "float | None"
#     "Literal['soon']" is not assignable to "float"
#     "Literal['soon']" is not assignable to "None"
