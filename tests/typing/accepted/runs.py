"""Runs: what they answer, and that a match over it is exhaustive."""

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never, assert_type

from fstream.api import run
from fstream.api import stream
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.plan.contexts import processes
from fstream.result.errors import Cancelled
from fstream.result.errors import PlanInvalid
from fstream.result.errors import RunError
from fstream.result.errors import SinkFailed
from fstream.result.errors import SourceFailed
from fstream.result.errors import StageFailure
from fstream.result.errors import TimedOut
from fstream.result.errors import TooManyFailures
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Result
from fstream.result.outcome import Success


def parse(text: str) -> Success[int] | Failure[bytes]:
    return Success(int(text)) if text.isdigit() else Failure(text.encode())


def total() -> Outcome[int, RunError]:
    return run(source([1, 2]) >> count())


def total_or_bad() -> Outcome[int, bytes | RunError]:
    return run(source(["1"]) >> try_stage(parse) >> count(), on=processes(2))


def tolerant() -> Outcome[tuple[str, ...], RunError]:
    plan = source([1, 2]).via(map_stage(str)).to(collect())
    return run(plan, tolerate=Fraction(1, 100))


def as_result() -> Result[int, RunError]:
    return total()


def told(outcome: Outcome[int, bytes | RunError]) -> str:
    match outcome:
        case Success(number):
            assert_type(number, int)
            return f"{number}"
        case Failure(failure):
            assert_type(failure, bytes | RunError)
            return why(failure)


def why(failure: bytes | RunError) -> str:
    match failure:
        case bytes():
            return "an exit"
        case (
            StageFailure(stage=stage) | WorkerLost(stage=stage) | TimedOut(stage=stage)
        ):
            assert_type(stage, str)
            return stage
        case SourceFailed() | SinkFailed():
            return failure.error.message
        case PlanInvalid(reasons=reasons):
            return " ".join(reasons)
        case TooManyFailures() | Cancelled():
            return f"{failure}"
        case _:
            assert_never(failure)


def items() -> Iterator[int | None]:
    for outcome in stream(source(["1"]) >> try_stage(parse)):
        assert_type(outcome, Outcome[int, bytes | RunError])
        yield outcome.value_or(None)
