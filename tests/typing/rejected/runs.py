"""Runs of what is no plan, answers that are not looked at."""

# pyright: reportUnusedExpression=false

from fstream.api import run
from fstream.api import stream
from fstream.combinators.sinks import closed
from fstream.combinators.sinks import count
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.result.errors import RunError
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success


def parse(text: str) -> Success[int] | Failure[bytes]:
    return Success(int(text)) if text.isdigit() else Failure(text.encode())


parsed = source(["1"]) >> try_stage(parse)

# What is no plan, no source.
run(parsed)
# mypy[arg-type]: Argument 1 to "run" has incompatible type "Source[int, bytes]"; expected "Plan[Never, Never]"
# pyright[reportArgumentType]: Argument of type "Source[int, bytes]" cannot be assigned to parameter "plan" of type "Plan[R@run, E@run]" in function "run"
#     "Source[int, bytes]" is not assignable to "Plan[R@run, E@run]"
run(map_stage(len))
# mypy[arg-type]: Argument 1 to "run" has incompatible type "Stage[Sized, int, Never]"; expected "Plan[Never, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[Sized, int, Never]" cannot be assigned to parameter "plan" of type "Plan[R@run, E@run]" in function "run"
#     "Stage[Sized, int, Never]" is not assignable to "Plan[R@run, E@run]"
stream(parsed >> count())
# mypy[arg-type]: Argument 1 to "stream" has incompatible type "Plan[int, bytes]"; expected "Source[Never, Never]"
# pyright[reportArgumentType]: Argument of type "Plan[int, bytes]" cannot be assigned to parameter "source" of type "Source[A@stream, E@stream]" in function "stream"
#     "Plan[int, bytes]" is not assignable to "Source[A@stream, E@stream]"

# Options of another type.
run(source([1]) >> count(), on="processes:2")
# mypy[arg-type]: Argument "on" to "run" has incompatible type "str"; expected "Inline | Threads | Processes | Forks | Tasks | NamedContext | None"
# pyright[reportArgumentType]: Argument of type "Literal['processes:2']" cannot be assigned to parameter "on" of type "Context | NamedContext | None" in function "run"
#     Type "Literal['processes:2']" is not assignable to type "Context | NamedContext | None"
#     "Literal['processes:2']" is not assignable to "Inline"
#     "Literal['processes:2']" is not assignable to "Threads"
#     "Literal['processes:2']" is not assignable to "Processes"
#     "Literal['processes:2']" is not assignable to "Forks"
#     "Literal['processes:2']" is not assignable to "Tasks"
#     "Literal['processes:2']" is not assignable to "NamedContext"
#     "Literal['processes:2']" is not assignable to "None"
run(source([1]) >> count(), tolerate=0.01)
# mypy[arg-type]: Argument "tolerate" to "run" has incompatible type "float"; expected "int | Fraction"
# pyright[reportArgumentType]: Argument of type "float" cannot be assigned to parameter "tolerate" of type "int | Fraction" in function "run"
#     Type "float" is not assignable to type "int | Fraction"
#     "float" is not assignable to "int"
#     "float" is not assignable to "Fraction"

# An answer is an outcome, and says which exits are open.
as_number: int = run(source([1]) >> count())
# mypy[assignment]: Incompatible types in assignment (expression has type "Success[int] | Failure[StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]", variable has type "int")
# pyright[reportAssignmentType]: Type "Outcome[int, StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to declared type "int"
#     Type "Outcome[int, StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to type "int"
#     "Failure[StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to "int"
as_closed: Outcome[int, RunError] = run(parsed >> count())
# mypy[arg-type]: Argument 1 to "run" has incompatible type "Plan[int, bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]"; expected "Plan[int, StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]"
# pyright[reportAssignmentType]: Type "Outcome[int, bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to declared type "Outcome[int, RunError]"
#     Type "Outcome[int, bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to type "Outcome[int, RunError]"
#     Type "Failure[bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to type "Outcome[int, RunError]"
#     "Failure[bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to "Success[int]"
#     "Failure[bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled]" is not assignable to "Failure[RunError]"
#     Type parameter "_ErrorType_co@Failure" is covariant, but "bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled" is not a subtype of "RunError"
#     Type "bytes | StageFailure | WorkerLost | TimedOut | SourceFailed | SinkFailed | PlanInvalid | TooManyFailures | Cancelled" is not assignable to type "RunError"
run(closed(parsed >> count()))
# mypy[arg-type]: Argument 1 to "closed" has incompatible type "Plan[int, bytes]"; expected "Plan[int, Never]"
# pyright[reportArgumentType]: Argument of type "Plan[int, bytes]" cannot be assigned to parameter "plan" of type "Plan[R@closed, Never]" in function "closed"
#     "Plan[int, bytes]" is not assignable to "Plan[int, Never]"
#     Type parameter "E_co@Plan" is covariant, but "bytes" is not a subtype of "Never"
#     Type "bytes" is not assignable to type "Never"
