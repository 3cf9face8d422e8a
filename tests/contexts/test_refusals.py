"""A function that cannot be shipped is refused by name, with what is at fault in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from functools import partial

import pytest

from fstream import PlanInvalid
from fstream import collect
from fstream import filter_stage
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import source


@dataclass
class Client:
    lock: object = field(default_factory=threading.Lock)

    def ask(self, item: object) -> object:
        return self, item


@dataclass
class Session:
    client: Client = field(default_factory=Client)


class Slotted:
    __slots__ = ("empty", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __call__(self, item: object) -> object:
        return item


class Evasive:
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __getattribute__(self, name: str) -> object:
        if name == "__dict__":
            raise LookupError(name)
        return super().__getattribute__(name)

    def __call__(self, item: object) -> object:
        return item


def closing_over(guard: object) -> Callable[[object], object]:
    return lambda item: (guard, item)


def with_default(guard: object) -> Callable[[object], object]:
    def keep(item: object, held: object = guard, *, also: object = guard) -> object:
        return item, held, also

    return keep


@pytest.mark.parametrize(
    ("fn", "where"),
    [
        (closing_over(threading.Lock()), "closure variable 'guard'"),
        (closing_over(Session()), "'lock' of attribute 'client' of closure variable"),
        (closing_over({"a": [1, threading.Lock()]}), "element 1 of key 'a' of closure"),
        (with_default(threading.Lock()), "default 0"),
        (partial(Client.ask, Client()), "attribute 'lock' of argument 0"),
        (Client().ask, "attribute 'lock' of the method's object"),
        (Slotted(), "attribute 'lock'"),
    ],
)
def test_the_inner_object_that_refuses_is_named(
    fn: Callable[[object], object], where: str
) -> None:
    plan = source([1]).via(map_stage(fn, on=processes(1), name="keep")).to(collect())

    error = run(plan).failure()

    assert isinstance(error, PlanInvalid)
    (reason,) = error.reasons
    assert reason.startswith("keep (")
    assert "(a _thread.lock in " in reason
    assert where in reason


def test_each_function_that_is_refused_is_named() -> None:
    first, second = (closing_over(threading.Lock()) for _ in range(2))
    items = source([1]).via(map_stage(first, name="first"))
    plan = items.via(filter_stage(second, name="second")).to(collect())

    error = run(plan, on=processes(1)).failure()

    assert isinstance(error, PlanInvalid)
    assert [reason.split()[0] for reason in error.reasons] == ["first", "second"]


def test_an_object_that_lets_nobody_look_inside_is_refused_all_the_same() -> None:
    plan = source([1]).via(map_stage(Evasive(), name="evasive")).to(collect())

    error = run(plan, on=processes(1)).failure()

    assert isinstance(error, PlanInvalid)
    assert error.reasons[0].startswith("evasive (")
