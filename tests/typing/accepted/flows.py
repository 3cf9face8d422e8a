"""Sources, stages, sinks: what is inferred when they are joined."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Never, assert_type

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.emission import leave
from fstream.combinators.merges import merge
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import live_source
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import within
from fstream.plan.contexts import forks
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage


def numbers() -> Iterator[int]:
    yield 1


def half(number: int) -> float:
    return number / 2


def words(line: str) -> list[str]:
    return line.split()


def is_long(word: str) -> bool:
    return len(word) > 1


def add(total: float, number: float) -> float:
    return total + number


def replaced(old: str, text: str) -> float:
    return text.count(old)


@dataclass(frozen=True)
class Word:
    text: str


# Without an exit, E is Never and need not be written.
one: Source[int] = source([1, 2])
two: Stage[int, float] = map_stage(half)
three: Sink[float, float] = fold(0.0, add)
four: Plan[float] = one >> two >> three
assert_type(one, Source[int, Never])
assert_type(source_from(numbers), Source[int])
assert_type(live_source(numbers), Source[int])
assert_type(live_source(lambda: ["a"]), Source[str])
assert_type(source({"a": 1}.items()), Source[tuple[str, int]])
assert_type(source("ab"), Source[str])

# >> joins named functions.
assert_type(one >> map_stage(half), Source[float])
assert_type(one >> map_stage(half) >> fold(0.0, add), Plan[float])
assert_type(map_stage(half) >> map_stage(str), Stage[int, str])
assert_type(map_stage(half) >> fold(0.0, add), Sink[int, float])
assert_type(source(["a b"]) >> flat_map_stage(words), Source[str])
assert_type(source(["a b"]) >> filter_stage(is_long), Source[str])
assert_type(one >> map_stage(half, on=processes(2), name="half"), Source[float])
assert_type(one >> within(threads(2), map_stage(half)), Source[float])
assert_type(one >> map_stage(half, on=forks(2)), Source[float])
assert_type(one >> within(forks(2, chunk=8), map_stage(half)), Source[float])
assert_type(one >> map_stage(half) >> count(), Plan[int])
assert_type(one >> map_stage(half) >> drain(), Plan[None])
assert_type(map_stage(half).named("half"), Stage[int, float])

# Any callable is a function: classes, methods, partials, builtins.
assert_type(source(["1"]) >> map_stage(int), Source[int])
assert_type(source(["1"]) >> map_stage(len), Source[int])
assert_type(source(["1"]) >> map_stage(partial(replaced, "1")), Source[float])
assert_type(source(["1"]) >> flat_map_stage(str.split), Source[str])
assert_type(source(["1"]) >> map_stage(Word), Source[Word])

# via, to: lambdas know their parameter, generic parts their type.
assert_type(one.via(map_stage(lambda n: n / 2)), Source[float])
assert_type(one.via(flat_map_stage(lambda n: [n, n + 1])), Source[int])
assert_type(one.via(filter_stage(lambda n: n.bit_length() > 1)), Source[int])
assert_type(one.via(batch(2)), Source[tuple[int, ...]])
assert_type(one.via(batch(2, within=0.5)).via(unbatch()), Source[int])
assert_type(one.via(within(threads(2), map_stage(lambda n: n / 2))), Source[float])
assert_type(one.to(collect()), Plan[tuple[int, ...]])
assert_type(one.to(for_each(lambda n: n.bit_length())), Plan[None])
assert_type(one.to(fold(0, lambda total, n: total + n)), Plan[int])
assert_type(one.to(collect()).map_result(lambda got: got[0]), Plan[int])

# A stage without a source: identity tells the lambdas after it.
assert_type(identity(int), Stage[int, int])
assert_type(identity(int).via(map_stage(lambda n: n / 2)), Stage[int, float])
assert_type(identity(int).to(collect()), Sink[int, tuple[int, ...]])
assert_type(identity(int).to(count()).map_result(str), Sink[int, str])

# Several sinks.
assert_type(one.to_all(collect(), count()), Plan[tuple[tuple[int, ...], int]])
assert_type(
    one.to_all(collect(), count(), for_each(lambda n: n.bit_length())),
    Plan[tuple[tuple[int, ...], int, None]],
)
assert_type(
    map_stage(half).to_all(fold(0.0, add), count()), Sink[int, tuple[float, int]]
)

# Merge unites what its sources give, and what leaves them sideways.
words_and_numbers = merge(one, source("ab"))
assert_type(words_and_numbers, Source[int | str])
assert_type(merge(one >> map_stage(half), source("ab")), Source[float | str])
assert_type(merge(source("ab").via(leave()), one), Source[int, str])
assert_type(merge(one, merge(source("ab"), source(b"ab"))), Source[int | str])
assert_type(words_and_numbers.via(map_stage(lambda item: item)), Source[int | str])
assert_type(
    merge(one.via(map_stage(lambda n: n / 2)), source("ab").via(map_stage(Word))),
    Source[float | Word],
)
assert_type(
    merge(
        one.via(leave()),
        source("ab").via(leave()),
        source([1.5]),
        source([b""]),
        source([None]),
        source([Word("")]),
        source([True]),
        source([()]),
    ),
    Source[float | bytes | Word | bool | tuple[()] | None, int | str],
)

# Broadcast unites what its arms give.
assert_type(broadcast(map_stage(half), map_stage(str)), Stage[int, float | str])
assert_type(
    one >> broadcast(map_stage(half), map_stage(str), identity(int)),
    Source[float | str | int],
)
assert_type(
    one.via(broadcast(map_stage(lambda n: n / 2), map_stage(lambda n: f"{n}"))),
    Source[float | str],
)
assert_type(
    one.via(
        broadcast(
            identity(int).via(map_stage(lambda n: n / 2)),
            identity(int).via(map_stage(lambda n: f"{n}")),
        )
    ),
    Source[float | str],
)
assert_type(
    source(["1"]).via(
        broadcast(
            map_stage(len),
            map_stage(float),
            map_stage(str.encode),
            map_stage(Word),
            map_stage(str.upper),
            map_stage(int),
            identity(str),
            filter_stage(is_long),
        )
    ),
    Source[int | float | bytes | Word | str],
)
