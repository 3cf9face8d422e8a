"""Exits that stay open, handlers that forget one."""

# pyright: reportUnusedExpression=false

from collections.abc import Iterator
from dataclasses import dataclass

from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import emit_to
from fstream.combinators.emission import to_port
from fstream.combinators.routes import route
from fstream.combinators.sinks import closed
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sources import source
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.plan.emissions import Emit
from fstream.plan.ports import Port
from fstream.plan.typed import Plan
from fstream.plan.typed import Stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Result
from fstream.result.outcome import Success


@dataclass(frozen=True)
class BadNumber:
    text: str


@dataclass(frozen=True)
class Negative:
    number: int


class Rejected(Port[str]): ...


class Audited(Port[int]): ...


def parse(text: str) -> Success[int] | Failure[BadNumber]:
    return Success(int(text)) if text.isdigit() else Failure(BadNumber(text))


def root(number: int) -> Result[float, Negative]:
    return Success(number**0.5) if number >= 0 else Failure(Negative(number))


def sort_out(text: str) -> Iterator[Emit[int, Rejected | Audited]]:
    yield emit(len(text))


def on_bad(bad: BadNumber) -> str:
    return bad.text


def on_text(text: str) -> str:
    return text


parsed = source(["1", "x"]) >> try_stage(parse) >> try_stage(root)
emitted = source(["1", "x"]) >> emit_stage(sort_out)

# An exit is open.
closed(parsed >> count())
# mypy[arg-type]: Argument 1 to "closed" has incompatible type "Plan[int, BadNumber | Negative]"; expected "Plan[int, Never]"
# pyright[reportArgumentType]: Argument of type "Plan[int, BadNumber | Negative]" cannot be assigned to parameter "plan" of type "Plan[R@closed, Never]" in function "closed"
#     "Plan[int, BadNumber | Negative]" is not assignable to "Plan[int, Never]"
#     Type parameter "E_co@Plan" is covariant, but "BadNumber | Negative" is not a subtype of "Never"
#     Type "BadNumber | Negative" is not assignable to type "Never"
#     Type "BadNumber" is not assignable to type "Never"
as_closed: Plan[int] = parsed >> count()
# mypy[assignment]: Incompatible types in assignment (expression has type "Plan[int, BadNumber | Negative]", variable has type "Plan[int, Never]")
# pyright[reportAssignmentType]: Type "Plan[int, BadNumber | Negative]" is not assignable to declared type "Plan[int, Never]"
#     "Plan[int, BadNumber | Negative]" is not assignable to "Plan[int, Never]"
#     Type parameter "E_co@Plan" is covariant, but "BadNumber | Negative" is not a subtype of "Never"
#     Type "BadNumber | Negative" is not assignable to type "Never"
#     Type "BadNumber" is not assignable to type "Never"
as_handled: Stage[str, int] = try_stage(parse)
# mypy[arg-type]: Argument 1 to "try_stage" has incompatible type "Callable[[str], Success[int] | Failure[BadNumber]]"; expected "Callable[[str], Success[int] | Failure[Never]]"
# pyright[reportAssignmentType]: Type "Stage[str, int, BadNumber]" is not assignable to declared type "Stage[str, int, Never]"
#     "Stage[str, int, BadNumber]" is not assignable to "Stage[str, int, Never]"
#     Type parameter "E_co@Stage" is covariant, but "BadNumber" is not a subtype of "Never"
#     Type "BadNumber" is not assignable to type "Never"

# A handler forgets an exit.
parsed.recover(on_bad)
# mypy[arg-type]: Argument 1 to "recover" of "Source" has incompatible type "Callable[[BadNumber], str]"; expected "Callable[[BadNumber | Negative], str]"
# pyright[reportArgumentType]: Argument of type "(bad: BadNumber) -> str" cannot be assigned to parameter "fn" of type "(BadNumber | Negative) -> C@recover" in function "recover"
#     Type "(bad: BadNumber) -> str" is not assignable to type "(BadNumber | Negative) -> str"
#     Parameter 1: type "BadNumber | Negative" is incompatible with type "BadNumber"
#     Type "BadNumber | Negative" is not assignable to type "BadNumber"
#     "Negative" is not assignable to "BadNumber"
parsed.recover_with(map_stage(on_bad))
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[BadNumber], str]"; expected "Callable[[BadNumber | Negative], str]"
# pyright[reportArgumentType]: Argument of type "Stage[BadNumber, str, Never]" cannot be assigned to parameter "handler" of type "Stage[BadNumber | Negative, C@recover_with, E2@recover_with]" in function "recover_with"
#     "Stage[BadNumber, str, Never]" is not assignable to "Stage[BadNumber | Negative, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "BadNumber" is not a supertype of "BadNumber | Negative"
#     Type "BadNumber | Negative" is not assignable to type "BadNumber"
#     "Negative" is not assignable to "BadNumber"
parsed.recover_with(route(case(BadNumber) >> map_stage(on_bad)))
# mypy[arg-type]: Argument 1 to "route" has incompatible type "Case[BadNumber, str, Never]"; expected "Case[BadNumber | Negative, str, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[BadNumber, str, Never]" cannot be assigned to parameter "handler" of type "Stage[BadNumber | Negative, C@recover_with, E2@recover_with]" in function "recover_with"
#     "Stage[BadNumber, str, Never]" is not assignable to "Stage[BadNumber | Negative, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "BadNumber" is not a supertype of "BadNumber | Negative"
#     Type "BadNumber | Negative" is not assignable to type "BadNumber"
#     "Negative" is not assignable to "BadNumber"
parsed.to(count()).divert_to(map_stage(on_bad) >> count())
# mypy[arg-type]: Argument 1 to "divert_to" of "Plan" has incompatible type "Sink[BadNumber, int, Never]"; expected "Sink[BadNumber | Negative, int, Never]"
# pyright[reportArgumentType]: Argument of type "Sink[BadNumber, int, Never]" cannot be assigned to parameter "sink" of type "Sink[BadNumber | Negative, R@divert_to, E2@divert_to]" in function "divert_to"
#     "Sink[BadNumber, int, Never]" is not assignable to "Sink[BadNumber | Negative, int, Never]"
#     Type parameter "A_contra@Sink" is contravariant, but "BadNumber" is not a supertype of "BadNumber | Negative"
#     Type "BadNumber | Negative" is not assignable to type "BadNumber"
#     "Negative" is not assignable to "BadNumber"
parsed.recover(lambda bad: bad.text)
# mypy[union-attr]: Item "Negative" of "BadNumber | Negative" has no attribute "text"
# pyright[reportUnknownMemberType]: Type of "text" is partially unknown
#     Type of "text" is "str | Unknown"
# pyright[reportUnknownLambdaType]: Return type of lambda, "str | Unknown", is partially unknown
# pyright[reportAttributeAccessIssue]: Cannot access attribute "text" for class "Negative"
#     Attribute "text" is unknown
emitted.recover_with(route(case_port(Rejected) >> map_stage(on_text)))
# mypy[arg-type]: Argument 1 to "route" has incompatible type "Case[Rejected, str, Never]"; expected "Case[Rejected | Audited, str, Never]"
# pyright[reportArgumentType]: Argument of type "Stage[Rejected, str, Never]" cannot be assigned to parameter "handler" of type "Stage[Rejected | Audited, C@recover_with, E2@recover_with]" in function "recover_with"
#     "Stage[Rejected, str, Never]" is not assignable to "Stage[Rejected | Audited, str, Never]"
#     Type parameter "A_contra@Stage" is contravariant, but "Rejected" is not a supertype of "Rejected | Audited"
#     Type "Rejected | Audited" is not assignable to type "Rejected"
#     "Audited" is not assignable to "Rejected"
closed(
    emitted.recover_with(
        route(case_port(Rejected).keep(), case_port(Audited).leave())
    ).to(count())
)
# mypy[arg-type]: Argument 1 to "closed" has incompatible type "Plan[int, Audited]"; expected "Plan[int, Never]"
# pyright[reportArgumentType]: Argument of type "Plan[int, Audited]" cannot be assigned to parameter "plan" of type "Plan[R@closed, Never]" in function "closed"
#     "Plan[int, Audited]" is not assignable to "Plan[int, Never]"
#     Type parameter "E_co@Plan" is covariant, but "Audited" is not a subtype of "Never"
#     Type "Audited" is not assignable to type "Never"

# catch and attempt add what fails items.
as_caught: Stage[str, int, BadNumber] = catch(try_stage(parse))
# mypy[assignment]: Incompatible types in assignment (expression has type "Stage[str, int, BadNumber | StageFailure | WorkerLost | TimedOut]", variable has type "Stage[str, int, BadNumber]")
# pyright[reportAssignmentType]: Type "Stage[str, int, BadNumber | StageFailure | WorkerLost | TimedOut]" is not assignable to declared type "Stage[str, int, BadNumber]"
#     "Stage[str, int, BadNumber | StageFailure | WorkerLost | TimedOut]" is not assignable to "Stage[str, int, BadNumber]"
#     Type parameter "E_co@Stage" is covariant, but "BadNumber | StageFailure | WorkerLost | TimedOut" is not a subtype of "BadNumber"
#     Type "BadNumber | StageFailure | WorkerLost | TimedOut" is not assignable to type "BadNumber"
#     "StageFailure" is not assignable to "BadNumber"
as_attempted: Stage[str, int] = attempt(try_stage(parse))
# mypy[assignment]: Incompatible types in assignment (expression has type "Stage[str, Success[int] | Failure[BadNumber | StageFailure | WorkerLost | TimedOut], Never]", variable has type "Stage[str, int, Never]")
# pyright[reportAssignmentType]: Type "Stage[str, Outcome[int, BadNumber | StageFailure | WorkerLost | TimedOut], Never]" is not assignable to declared type "Stage[str, int, Never]"
#     "Stage[str, Outcome[int, BadNumber | StageFailure | WorkerLost | TimedOut], Never]" is not assignable to "Stage[str, int, Never]"
#     Type parameter "B_co@Stage" is covariant, but "Outcome[int, BadNumber | StageFailure | WorkerLost | TimedOut]" is not a subtype of "int"
#     Type "Outcome[int, BadNumber | StageFailure | WorkerLost | TimedOut]" is not assignable to type "int"
#     "Failure[BadNumber | StageFailure | WorkerLost | TimedOut]" is not assignable to "int"

# A message that its port does not take.
emit_to(Rejected, 3)
# mypy[arg-type]: Argument 1 to "emit_to" has incompatible type "type[Rejected]"; expected "Callable[[int], Rejected]"
# pyright[reportArgumentType]: Argument of type "Literal[3]" cannot be assigned to parameter "item" of type "A@emit_to" in function "emit_to"
#     "Literal[3]" is not assignable to "str"
source([1]) >> to_port(Rejected)
# mypy[arg-type]: Argument 1 to "to_port" has incompatible type "type[Rejected]"; expected "Callable[[int], Rejected]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "Source[int, Never]" and "Stage[str, Never, Rejected]"
mixed_up: list[Emit[int, Rejected]] = [emit(1), emit_to(Audited, 2)]
# mypy[arg-type]: Argument 1 to "emit_to" has incompatible type "type[Audited]"; expected "Callable[[int], Rejected]"
# pyright[reportAssignmentType]: Type "list[Emit[int, Never] | Emit[Never, Audited]]" is not assignable to declared type "list[Emit[int, Rejected]]"
#     "Emit[Never, Audited]" is not assignable to "Emit[int, Rejected]"
#     Type parameter "E_co@Emit" is covariant, but "Audited" is not a subtype of "Rejected"
#     "Audited" is not assignable to "Rejected"
case_port(Rejected) >> map_stage(on_bad)
# mypy[arg-type]: Argument 1 to "map_stage" has incompatible type "Callable[[BadNumber], str]"; expected "Callable[[str], str]"
# pyright[reportOperatorIssue]: Operator ">>" not supported for types "CaseHead[Rejected, str]" and "Stage[BadNumber, str, Never]"
as_collected: Plan[tuple[str, ...], Audited] = emitted.to(collect())
# mypy[assignment]: Incompatible types in assignment (expression has type "Plan[tuple[str, ...], Rejected | Audited]", variable has type "Plan[tuple[str, ...], Audited]")
# mypy[arg-type]: Argument 1 to "to" of "Source" has incompatible type "Sink[Never, tuple[Never, ...], Never]"; expected "Sink[int, tuple[str, ...], Audited]"
# pyright[reportAssignmentType]: Type "Plan[tuple[int, ...], Rejected | Audited]" is not assignable to declared type "Plan[tuple[str, ...], Audited]"
#     "Plan[tuple[int, ...], Rejected | Audited]" is not assignable to "Plan[tuple[str, ...], Audited]"
#     Type parameter "R_co@Plan" is covariant, but "tuple[int, ...]" is not a subtype of "tuple[str, ...]"
#     "tuple[int, ...]" is not assignable to "tuple[str, ...]"
#     Tuple entry 1 is incorrect type
#     "int" is not assignable to "str"
#     Type parameter "E_co@Plan" is covariant, but "Rejected | Audited" is not a subtype of "Audited"
#     Type "Rejected | Audited" is not assignable to type "Audited"
#     "Rejected" is not assignable to "Audited"
