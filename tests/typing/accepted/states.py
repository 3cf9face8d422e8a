"""Stages that keep a state: what is inferred of items, keys and states."""

from dataclasses import dataclass
from typing import assert_type

from fstream.combinators.emission import leave
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import ItemFailure
from fstream.result.outcome import Outcome


@dataclass(frozen=True)
class User:
    name: str
    age: int


def add(total: float, n: int) -> float:
    return total + n


def pair(last: tuple[int, int], n: int) -> tuple[int, int]:
    return last[1], n


def longest(so_far: str, text: str) -> str:
    return max(so_far, text, key=len)


def age(user: User) -> int:
    return user.age


def named(names: str, user: User) -> str:
    return f"{names} {user.name}"


one = source([1, 2])
users = source([User("ann", 3)])

assert_type(scan_stage(0.0, add), Stage[int, float])
assert_type(one >> scan_stage(0.0, add), Source[float])
assert_type(source(["a"]) >> scan_stage("", longest), Source[str])
assert_type(one.via(scan_stage(0, lambda total, n: total + n)), Source[int])
assert_type(one.via(scan_stage((0, 0), pair)), Source[tuple[int, int]])
assert_type(
    identity(int).via(scan_stage("", lambda text, n: f"{text}{n}")), Stage[int, str]
)

assert_type(scan_by(age, "", named), Stage[User, tuple[int, str]])
assert_type(users >> scan_by(age, "", named), Source[tuple[int, str]])
assert_type(
    one.via(scan_by(lambda n: n % 2 == 0, 0, lambda total, n: total + n)),
    Source[tuple[bool, int]],
)
assert_type(
    users.via(scan_by(lambda user: user.name, 0, lambda total, user: total + user.age)),
    Source[tuple[str, int]],
)

assert_type(group_by_key(age, 10), Stage[User, tuple[int, tuple[User, ...]]])
assert_type(users >> group_by_key(age), Source[tuple[int, tuple[User, ...]]])
assert_type(
    users.via(group_by_key(lambda user: user.name, size=3)),
    Source[tuple[str, tuple[User, ...]]],
)
assert_type(
    users.via(group_by_key(age)).via(map_stage(lambda group: len(group[1]))),
    Source[int],
)

assert_type(one.via(limit_rate(10)), Source[int])
assert_type(users.via(limit_rate(per_second=0.5)).to(collect()), Plan[tuple[User, ...]])

assert_type(one.via(drop(2)), Source[int])
assert_type(users.via(drop(2)).to(collect()), Plan[tuple[User, ...]])

assert_type(one.via(distinct()), Source[int])
assert_type(users.via(distinct()), Source[User])
assert_type(users >> distinct(age), Source[User])
assert_type(users.via(distinct(lambda user: user.name)), Source[User])
assert_type(source([[1], [2]]).via(distinct(len)), Source[list[int]])
assert_type(distinct(age), Stage[User, User])

# What they fail at can be caught, as with any stage.
assert_type(
    one.via(catch(scan_stage(0.0, add))).recover_with(leave()),
    Source[float, ItemFailure],
)
assert_type(users.via(attempt(distinct(age))), Source[Outcome[User, ItemFailure]])
