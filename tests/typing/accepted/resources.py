"""Programs with resources that both checkers accept, and what they infer."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import assert_type

from fstream import Failure
from fstream import Source
from fstream import Success
from fstream import Using
from fstream import source
from fstream import using


@contextmanager
def connected() -> Generator[dict[int, str]]:
    yield {1: "one"}


def look_up(names: dict[int, str], n: int) -> Success[str] | Failure[KeyError]:
    return Success(names[n]) if n in names else Failure(KeyError(n))


head = using(connected)
assert_type(head, Using[dict[int, str]])
numbers = source([1, 2])
assert_type(numbers.via(head.map_stage(lambda names, n: names[n])), Source[str])
assert_type(numbers.via(head.flat_map_stage(lambda names, n: [n])), Source[int])
assert_type(numbers.via(head.try_stage(look_up)), Source[str, KeyError])
