"""What stages are told of retries, limits and delivery changes no type."""

from typing import assert_type

from fstream.api import run
from fstream.api import stream
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.plan.care import Retry
from fstream.plan.contexts import processes
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import ItemFailure
from fstream.result.errors import RunError
from fstream.result.errors import StageFailure
from fstream.result.errors import TimedOut
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Success


def parse(text: str) -> Success[int] | Failure[bytes]:
    return Success(int(text)) if text.isdigit() else Failure(text.encode())


def backoff(attempt: int) -> float:
    return 0.1 * attempt


thrice = Retry(3, wait=backoff, on=(OSError, TimeoutError), deaths=1)

mapped = source(["1"]).via(
    map_stage(lambda text: len(text) + 1, retry=thrice, timeout=2)
)
assert_type(mapped, Source[int])

parsed = try_stage(parse, retry=Retry(2), delivery="at_most_once")
assert_type(parsed, Stage[str, int, bytes])

split = flat_map_stage(str.split, timeout=0.5, on=processes(2, recycle=100))
assert_type(split, Stage[str, str])

kept = source([1]).via(filter_stage(lambda n: n > 1, retry=Retry(2, wait=0.5)))
assert_type(kept, Source[int])


def timely() -> Outcome[tuple[int, ...], RunError]:
    return run(mapped.to(collect()), deadline=60)


def attempts(error: ItemFailure) -> tuple[int, tuple[str, ...]]:
    match error:
        case StageFailure() | WorkerLost() | TimedOut():
            return error.attempt, error.earlier


for outcome in stream(mapped, deadline=1.5):
    assert_type(outcome, Success[int] | Failure[RunError])
