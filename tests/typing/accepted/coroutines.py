"""Coroutine functions: what they await is what the stage gives, lambdas too."""

from typing import assert_type

from fstream.combinators.coroutines import map_async
from fstream.combinators.coroutines import try_async
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import attempt
from fstream.combinators.stages import within
from fstream.plan.care import Retry
from fstream.plan.contexts import TaskContext
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import ItemFailure
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Result
from fstream.result.outcome import Success

SOME: TaskContext = tasks(8)


async def size(text: str) -> int:
    return len(text)


async def parse(text: str) -> Success[int] | Failure[bytes]:
    return Success(int(text)) if text.isdigit() else Failure(text.encode())


async def parsed(text: str) -> Result[int, bytes]:
    return await parse(text)


sizes = map_async(size, on=SOME)
assert_type(sizes, Stage[str, int])

by_lambda = source(["a"]).via(map_async(lambda text: size(text * 2), on=tasks(2)))
assert_type(by_lambda, Source[int])

numbers = try_async(parse, on=tasks(2), retry=Retry(3), timeout=1.5, name="parse")
assert_type(numbers, Stage[str, int, bytes])
assert_type(try_async(parsed, on=tasks(2)), Stage[str, int, bytes])

recovered = source(["1"]).via(numbers).recover(len)
assert_type(recovered, Source[int])
assert_type(recovered.to(collect()), Plan[tuple[int, ...]])

assert_type(attempt(sizes), Stage[str, Outcome[int, ItemFailure]])
assert_type(within(processes(2), sizes), Stage[str, int])
