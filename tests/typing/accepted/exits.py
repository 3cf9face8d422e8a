"""Exits: how they unite, how they are handled, when a plan is closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Never, assert_type

from fstream.combinators.broadcasts import broadcast
from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import emit_to
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
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
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import ItemFailure
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
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
    yield emit(1)
    yield emit_to(Rejected, text)
    yield emit_to(Audited, 2)


def as_zero(_: BadNumber | Negative) -> float:
    return 0.0


def on_bad(bad: BadNumber) -> str:
    return bad.text


lines = source(["1", "x"])

# Exits unite, whatever form the result has.
assert_type(try_stage(parse), Stage[str, int, BadNumber])
assert_type(try_stage(root), Stage[int, float, Negative])
parsed = lines >> try_stage(parse) >> try_stage(root)
assert_type(parsed, Source[float, BadNumber | Negative])
assert_type(parsed >> count(), Plan[int, BadNumber | Negative])
assert_type(
    try_stage(parse) >> try_stage(root), Stage[str, float, BadNumber | Negative]
)
assert_type(
    try_stage(parse) >> (try_stage(root) >> count()),
    Sink[str, int, BadNumber | Negative],
)
assert_type(
    lines.to_all(try_stage(parse) >> count(), collect()),
    Plan[tuple[int, tuple[str, ...]], BadNumber],
)
assert_type(broadcast(try_stage(parse), map_stage(len)), Stage[str, int, BadNumber])
open_plan: Plan[int, BadNumber | Negative | str] = parsed >> count()

# Handling: by a function, by a stage, by a sink, with lambdas too.
assert_type(parsed.recover(as_zero), Source[float])
assert_type(parsed.recover(lambda _: None), Source[float | None])
assert_type(parsed.recover_with(map_stage(lambda bad: f"{bad}")), Source[float | str])
assert_type((lines >> try_stage(parse)).recover(on_bad), Source[int | str])
assert_type(try_stage(parse).recover(lambda bad: bad.text), Stage[str, int | str])
assert_type(try_stage(parse).recover_with(leave()), Stage[str, int, BadNumber])
assert_type(
    parsed.to(count()).divert_to(collect()),
    Plan[tuple[int, tuple[BadNumber | Negative, ...]]],
)
assert_type(
    (lines >> try_stage(parse)).to(count()).divert_to(map_stage(on_bad) >> count()),
    Plan[tuple[int, int]],
)

# closed: nothing can exit any more.
assert_type(closed(lines >> count()), Plan[int])
assert_type(closed(parsed.recover(as_zero) >> count()), Plan[int])
assert_type(closed(parsed.to(count()).divert_to(count())), Plan[tuple[int, int]])

# Emission: ports are classes, messages are values.
assert_type(emit(1), Emit[int])
assert_type(emit_to(Rejected, "x"), Emit[Never, Rejected])
assert_type(emit_stage(sort_out), Stage[str, int, Rejected | Audited])
assert_type(lines.via(emit_stage(lambda text: [emit(len(text))])), Source[int])
assert_type(
    lines.via(emit_stage(lambda text: [emit(len(text)), emit_to(Rejected, text)])),
    Source[int, Rejected],
)
assert_type(to_port(Rejected), Stage[str, Never, Rejected])
assert_type(lines >> to_port(Rejected), Source[Never, Rejected])
assert_type(lines.via(leave()), Source[Never, str])

# Failures of items as typed exits, or outcomes as items.
assert_type(catch(map_stage(str.upper)), Stage[str, str, ItemFailure])
assert_type(catch(try_stage(parse)), Stage[str, int, BadNumber | ItemFailure])
assert_type(
    attempt(try_stage(parse)), Stage[str, Outcome[int, BadNumber | ItemFailure]]
)
assert_type(
    lines.via(attempt(map_stage(lambda text: int(text, 16)))),
    Source[Outcome[int, ItemFailure]],
)


def told(outcome: Outcome[int, BadNumber | ItemFailure]) -> str:
    match outcome:
        case Success(number):
            assert_type(number, int)
            return "number"
        case Failure(failure):
            assert_type(failure, BadNumber | ItemFailure)
            return "failure"


assert_type(lines >> attempt(try_stage(parse)) >> map_stage(told), Source[str])
