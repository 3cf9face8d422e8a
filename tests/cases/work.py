"""Functions that workers can import, without importing pytest."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Literal, Never

from fstream import Emit
from fstream import Failure
from fstream import Port
from fstream import Success
from fstream import emit
from fstream import emit_to
from tests.wait import wait_until


def double(n: int) -> int:
    return 2 * n


def add_ten(n: int) -> int:
    return n + 10


def add_one(n: int) -> int:
    return n + 1


def times_ten(n: int) -> int:
    return 10 * n


def modulo_twenty(n: int) -> int:
    return n % 20


def first_of(pair: tuple[str, int]) -> str:
    return pair[0]


def times_twenty(n: int) -> int:
    return 20 * n


def times_hundred(n: int) -> int:
    return 100 * n


def triple(n: int) -> int:
    return 3 * n


def minus_five(n: int) -> int:
    return n - 5


def square(n: int) -> int:
    return n * n


def cube(n: int) -> int:
    return n**3


def is_even(n: int) -> bool:
    return n % 2 == 0


def is_odd(n: int) -> bool:
    return n % 2 == 1


def is_over_ten(n: int) -> bool:
    return n > 10


def is_third(n: int) -> bool:
    return n % 3 == 0


def is_fourth(n: int) -> bool:
    return n % 4 == 0


def is_over_twenty(n: int) -> bool:
    return n > 20


def is_below_three(n: int) -> bool:
    return n < 3


def is_below_five(n: int) -> bool:
    return n < 5


def rest_by_three(n: int) -> int:
    return n % 3


def rank_of(n: int) -> Literal["high", "low", "error"]:
    if n % 2 == 0:
        return "high"
    return "low" if n % 4 == 1 else "error"


def labelled(where: str, n: int) -> str:
    return f"{where}:{n}"


def is_no_multiple_of_seven(n: int) -> bool:
    return n % 7 != 0


def none_if_even(n: int) -> int | None:
    return None if n % 2 == 0 else n


def with_next(n: int) -> list[int]:
    return [n, n + 1]


def nothing(n: int) -> list[int]:
    return []


def all_doubled(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(2 * n for n in numbers)


def total(numbers: tuple[int, ...]) -> int:
    return sum(numbers)


def thread(_: object) -> int:
    return threading.get_ident()


def text_of_size(size: int) -> str:
    return "x" * size


def collect_garbage() -> None:
    gc.collect()


# ---- records


@dataclass(frozen=True)
class Record:
    """What travels in the cases about records."""

    id: int
    value: int = 0
    computed: int = 0
    transformed: int = 0
    pid: int = 0
    marks: tuple[str, ...] = ()


def marked(mark: str, record: Record) -> Record:
    return replace(record, marks=(*record.marks, mark))


def enriched(record: Record) -> Record:
    return marked("enriched", record)


def computed(record: Record) -> Record:
    return replace(record, computed=record.value**2, pid=os.getpid())


def stored(record: Record) -> Record:
    return marked("stored", record)


def transformed(record: Record) -> Record:
    return replace(record, transformed=record.computed + 100)


def aggregated(record: Record) -> Record:
    return marked("aggregated", record)


def first_stage(record: Record) -> Record:
    return marked("stage1", replace(record, value=record.value * 10))


def second_stage(record: Record) -> Record:
    return marked("stage2", replace(record, value=record.value + 5))


@dataclass(frozen=True)
class Product:
    """An article of a shop."""

    id: int
    category: str
    stock: int
    price: float = 0.0


def is_in_stock(product: Product) -> bool:
    return product.stock > 0


def priced(product: Product) -> Product:
    return replace(product, price=1.5 * product.id)


def by_category(products: tuple[Product, ...]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for product in products:
        groups.setdefault(product.category, []).append(product.id)
    return groups


# ---- failures


class InvalidError(Exception):
    """Two arguments, so that it does not load from a plain pickle."""

    def __init__(self, field_name: str, value: object) -> None:
        super().__init__(f"{field_name} is {value!r}")


def double_unless_two(n: int) -> int:
    if n == 2:
        raise InvalidError("n", n)
    return 2 * n


def fail_at_three(n: int) -> int:
    if n == 3:
        raise InvalidError("item", n)
    return n


def fail_each_hundredth(n: int) -> int:
    if n % 100 == 99:
        raise InvalidError("item", n)
    return n


def always_fail(n: int) -> Never:
    raise InvalidError("item", n)


def refused_at_two(n: int) -> Success[int] | Failure[str]:
    return Failure(f"no {n}") if n == 2 else Success(n)


def validate(n: int) -> int:
    if n == 13:
        raise InvalidError("validation", n)
    return n


def save(n: int) -> int:
    if n == 15:
        text = "the disk is full"
        raise OSError(text)
    return n


def kill_at_2500(n: int) -> int:
    if n == 2500:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def exit_at_three(n: int) -> int:
    if n == 3:
        sys.exit(3)
    return n


def leave_at_three(n: int) -> int:
    if n == 3:
        os._exit(3)
    return n


# ---- what can be called


class Adding:
    """An object that can be called."""

    def __init__(self, more: int) -> None:
        self.more = more

    def __call__(self, n: int) -> int:
        return n + self.more

    def method(self, n: int) -> int:
        return n + self.more

    @classmethod
    def of_class(cls, n: int) -> int:
        return cls(3)(n)

    @staticmethod
    def static(n: int) -> int:
        return n + 3


class Sum:
    """A class as a function."""

    def __init__(self, n: int) -> None:
        self.value = n + 3

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Sum) else other)

    __hash__ = object.__hash__


# ---- tasks of kinds

Speed = Literal["fast", "slow", "heavy"]


@dataclass(frozen=True)
class Task:
    """What travels in the cases about routing."""

    id: int
    speed: Speed = "fast"
    topic: str = ""
    done: tuple[str, ...] = ()
    pid: int = 0


def speed_of(task: Task) -> Speed:
    return task.speed


def category_of(task: Task) -> str:
    return task.topic.partition("/")[0]


def kind_of(task: Task) -> str:
    return task.topic.partition("/")[2]


def did(what: str, task: Task) -> Task:
    return replace(task, done=(*task.done, what), pid=os.getpid())


SPEEDS: tuple[Speed, ...] = ("fast", "slow", "heavy")


def is_task_even(task: Task) -> bool:
    return task.id % 2 == 0


def what_was_done(task: Task) -> tuple[int, str]:
    return task.id, " ".join(task.done)


def counted(state: tuple[int, object], item: object) -> tuple[int, object]:
    """Number items: a state for ``scan_stage`` that begins with ``(-1, None)``."""
    return state[0] + 1, item


def turn_of_three(numbered: tuple[int, object]) -> int:
    return numbered[0] % 3


def turn_of_two(numbered: tuple[int, object]) -> int:
    return numbered[0] % 2


def is_first_of_two(numbered: tuple[int, object]) -> bool:
    return turn_of_two(numbered) == 0


def item_of(numbered: tuple[int, object]) -> object:
    return numbered[1]


# ---- emission


class Fast(Port[Task]):
    """Where quick tasks go."""


class Slow(Port[Task]):
    """Where long tasks go."""


class Special(Port[int]):
    """Where numbers go that are treated in a way of their own."""


class Other(Port[int]):
    """Another one of these."""


def by_speed(task: Task) -> Iterator[Emit[Never, Fast | Slow]]:
    yield emit_to(Fast, task) if task.speed == "fast" else emit_to(Slow, task)


def two_aside(n: int) -> Iterator[Emit[int, Special]]:
    yield emit_to(Special, n) if n == 2 else emit(n)


def to_three(n: int) -> Iterator[Emit[int, Special | Other]]:
    yield emit(n)
    yield emit_to(Special, 2 * n)
    yield emit_to(Other, 3 * n)


def one_elsewhere(n: int) -> Iterator[Emit[Never, Special | Other]]:
    yield emit_to(Other, n) if n == 1 else emit_to(Special, n)


def around_a_message(n: int) -> Iterator[Emit[int, Special]]:
    yield emit(n)
    yield emit_to(Special, n + 5)
    yield emit(2 * n)


class Sorter:
    """A stage as a class, whose method gives what it emits."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, n: int) -> Iterator[Emit[int, Special]]:
        if n % 2:
            yield emit_to(Special, n)
        else:
            yield emit(self.factor * n)


class Even(Port[int]):
    """Where even numbers go."""


class Late(Port[tuple[int, ...]]):
    """Where small batches go."""


class Unused(Port[int]):
    """Where nothing goes."""


def emit_with_next(n: int) -> Iterator[Emit[list[int]]]:
    yield emit([n, n + 1])


def even_aside(n: int) -> Iterator[Emit[int, Even]]:
    yield emit_to(Even, n) if n % 2 == 0 else emit(n)


def small_aside(numbers: tuple[int, ...]) -> Iterator[Emit[tuple[int, ...], Late]]:
    yield emit(numbers) if len(numbers) == 2 else emit_to(Late, numbers)


def unused_aside(n: int) -> Iterator[Emit[int, Unused]]:
    yield emit(n) if n >= 0 else emit_to(Unused, n)


def with_zero(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (0, *numbers)


# ---- what waits for others, or does not travel


@dataclass(frozen=True)
class Meeting:
    """Item 0 waits until two others have left a file in the folder."""

    folder: Path

    def __call__(self, n: int) -> int:
        if n == 0:
            wait_until(lambda: len(list(self.folder.iterdir())) >= 2)
        else:
            (self.folder / str(n)).touch()
        return n


@dataclass(frozen=True)
class FailsOnce:
    """Item ``at`` fails until it has left a file in the folder."""

    folder: Path
    at: int

    def __call__(self, n: int) -> int:
        trace = self.folder / str(n)
        if n == self.at and not trace.exists():
            trace.touch()
            raise InvalidError("attempt", n)
        return n


class Stubborn:
    """Cannot be pickled."""

    def __reduce__(self) -> Never:
        text = "I stay here"
        raise TypeError(text)


def stubborn_at_three(n: int) -> object:
    return Stubborn() if n == 3 else n


def number_of(item: object) -> object:
    return "stubborn" if isinstance(item, Stubborn) else item


@dataclass
class Noting:
    """An observer that notes the names of what it hears."""

    heard: list[str] = field(default_factory=list)

    def on(self, event: object) -> None:
        self.heard.append(type(event).__name__)


@contextmanager
def refused() -> Iterator[str]:
    raise ConnectionError("the server refuses")
    yield ""


def asked(server: str, item: int) -> str:
    return f"{server} {item}"
