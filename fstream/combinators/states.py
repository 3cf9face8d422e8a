"""Stages that keep a state.

They see all items in order, wherever they stand: they run where the plan is run, and
what is placed around them does not move them. Each run begins with states of its own,
and so does each place in a plan.
"""

from collections.abc import Callable
from collections.abc import Hashable
from typing import TypeVar, overload

from fstream.plan.labels import check_count
from fstream.plan.labels import check_function
from fstream.plan.labels import function_name
from fstream.plan.labels import label
from fstream.plan.nodes import Keeping
from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.typed import Stage

A = TypeVar("A")
H = TypeVar("H", bound=Hashable)
K = TypeVar("K", bound=Hashable)
S = TypeVar("S")


def scan_stage(init: S, fn: Callable[[S, A], S]) -> Stage[A, S]:
    """Replace each item by the next state, ``fn(state, item)``.

    The first state is ``init``, which itself is not sent on. Where ``fn`` raises, its
    item fails and the state stays. ``fn`` must give a new state and leave the old one
    as it is: it has been sent on, and ``init`` begins every run.

    >>> from fstream import collect, run, source
    >>> def plus(total: int, number: int) -> int:
    ...     return total + number
    >>> run(source([1, 2, 3]).via(scan_stage(0, plus)).to(collect()))
    <Success: (1, 3, 6)>
    """
    check_function(fn, "scan_stage(fn=...)")
    return Stage(Keeping(Scan(init, fn), label(function_name(fn))))


def scan_by(
    key: Callable[[A], K], init: S, fn: Callable[[S, A], S]
) -> Stage[A, tuple[K, S]]:
    """Replace each item by its key and the next state of that key.

    Each key has a state of its own, which begins with ``init`` and goes on with
    ``fn(state, item)`` as with ``scan_stage``; all items stay in their order. Where
    ``key`` or ``fn`` raises, or a key cannot be hashed, the item fails and no state
    changes. A state for each key is remembered until the run ends.

    >>> from fstream import collect, run, source
    >>> def counted(so_far: int, word: str) -> int:
    ...     return so_far + 1
    >>> words = source(["to", "be", "or", "not", "to"])
    >>> run(words.via(scan_by(len, 0, counted)).to(collect()))
    <Success: ((2, 1), (2, 2), (2, 3), (3, 1), (2, 4))>
    """
    check_function(key, "scan_by(key=...)")
    check_function(fn, "scan_by(fn=...)")
    return Stage(Keeping(ScanBy(key, init, fn), label(function_name(fn))))


def group_by_key(
    key: Callable[[A], K], size: int = 100
) -> Stage[A, tuple[K, tuple[A, ...]]]:
    """Collect ``size`` items of one key into a tuple; the rest follows at the end.

    A batch goes on, with the key of its first item, when it is complete. Smaller ones
    are held until the source ends; then the key whose first item has waited longest
    comes first. So memory holds less than ``size`` items a key. Where ``key`` raises,
    or gives what cannot be hashed, the item fails.

    >>> from fstream import collect, run, source
    >>> words = source(["to", "be", "or", "not", "to"])
    >>> run(words.via(group_by_key(len, 2)).to(collect()))
    <Success: ((2, ('to', 'be')), (2, ('or', 'to')), (3, ('not',)))>
    """
    check_function(key, "group_by_key(key=...)")
    check_count(size, "group_by_key(size=...)", least=1)
    return Stage(Keeping(GroupBy(key, size), label("group_by_key")))


def drop(n: int) -> Stage[A, A]:
    """Keep all but the first ``n`` items.

    >>> from fstream import collect, run, source
    >>> run(source([1, 2, 3]).via(drop(1)).to(collect()))
    <Success: (2, 3)>
    """
    check_count(n, "drop(n=...)", least=0)
    return Stage(Keeping(Drop(n), label("drop")))


@overload
def distinct(key: None = None) -> Stage[H, H]: ...
@overload
def distinct(key: Callable[[A], Hashable]) -> Stage[A, A]: ...
def distinct(key: Callable[[A], Hashable] | None = None) -> Stage[A, A]:
    """Keep the first item of each ``key(item)``; without a key, of each item.

    Keys are told apart as in a set, so that 1, 1.0 and True are one key. Where ``key``
    raises, or gives what cannot be hashed, the item fails. All keys are remembered
    until the run ends: memory grows by one for each item that is kept.

    >>> from fstream import collect, run, source
    >>> run(source(["b", "a", "b", "ab"]).via(distinct()).to(collect()))
    <Success: ('b', 'a', 'ab')>
    >>> run(source(["b", "a", "b", "ab"]).via(distinct(len)).to(collect()))
    <Success: ('b', 'ab')>
    """
    if key is not None:
        check_function(key, "distinct(key=...)")
    return Stage(Keeping(Distinct(key), label("distinct")))


def limit_rate(per_second: float) -> Stage[A, A]:
    """Let items pass one by one, ``per_second`` at most.

    Each waits for its turn, ``1 / per_second`` seconds after the turn before it; time
    in which none came is not made up for by a burst. They also go on one by one,
    so that it holds for what follows, wherever that runs. It is the calling thread that
    waits: what is ready is given before, workers go on with what they have, and a
    deadline is looked at between two items.

    >>> from fstream import collect, run, source
    >>> run(source([1, 2, 3]).via(limit_rate(per_second=1000)).to(collect()))
    <Success: (1, 2, 3)>
    """
    _check_rate(per_second)
    return Stage(Keeping(LimitRate(per_second), label("limit_rate")))


def _check_rate(rate: object) -> None:
    if not isinstance(rate, int | float) or isinstance(rate, bool):
        text = f"limit_rate(per_second=...) must be a number, but got {rate!r}"
        raise TypeError(text)
    if not rate > 0:
        text = f"limit_rate(per_second=...) must be more than 0, but got {rate!r}"
        raise ValueError(text)
