"""Named contexts stand wherever a context does; a run binds them."""

from collections.abc import Generator
from typing import assert_type

from fstream.api import explain
from fstream.api import run
from fstream.api import stream
from fstream.combinators.coroutines import map_async
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import within
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads
from fstream.plan.named import context
from fstream.plan.typed import Stage
from fstream.result.errors import RunError
from fstream.result.outcome import Outcome


async def fetch(page: int) -> str:
    return f"{page}"


cpu = context("cpu")
net = context("net", default=tasks(8))
assert_type(cpu, NamedContext)

stage = within(cpu, map_stage(float, on=context("io"))).via(map_stage(hash))
assert_type(map_async(fetch, on=net), Stage[int, str])

plan = source([1]).via(map_async(fetch, on=net)).via(stage).to(collect())
explain(plan, contexts={cpu: threads(2)})


def answer() -> Outcome[tuple[int, ...], RunError]:
    return run(plan, on=cpu, contexts={cpu: processes(2), net: tasks(4)})


def answers() -> Generator[Outcome[str, RunError]]:
    pages = source([1]).via(map_stage(hex, on=cpu))
    return stream(pages, contexts={cpu: threads(2)})
