"""Limits: how much of a stream goes on."""

from collections.abc import Callable
from typing import TypeVar

from fstream.plan.labels import check_function
from fstream.plan.labels import label
from fstream.plan.nodes import Keeping
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile
from fstream.plan.typed import Stage

A = TypeVar("A")


def take(n: int) -> Stage[A, A]:
    """Send on the first ``n`` items, and end the run with the last of them.

    What comes after it in item order has not happened: no failure of it is told or
    counted, and stages after this one give what they hold as at the end of the
    source. Nothing more is pulled; elsewhere than inline some items may have been
    executed already, and are ``cancelled`` in the report. In an arm of a route or
    a broadcast, in a handler, or in one of several merged sources it only stops the
    items there.

    >>> from fstream import collect, run, source_from
    >>> from itertools import count
    >>> run(source_from(count).via(take(3)).to(collect()))
    <Success: (0, 1, 2)>
    """
    _check_count(n)
    return Stage(Keeping(Take(n), label("take")))


def take_while(pred: Callable[[A], bool]) -> Stage[A, A]:
    """Send on items as long as ``pred(item)`` is true, then end the run.

    The first item for which it is not is the last that counts, and is filtered.
    All else is as with ``take``. Where ``pred`` raises, its item fails and the
    others go on.

    >>> from fstream import collect, run, source
    >>> run(source([1, 2, 9, 3]).via(take_while(lambda n: n < 5)).to(collect()))
    <Success: (1, 2)>
    """
    check_function(pred, "take_while(pred=...)")
    return Stage(Keeping(TakeWhile(pred), label("take_while")))


def _check_count(n: object) -> None:
    if not isinstance(n, int) or isinstance(n, bool):
        text = f"take(n=...) must be a whole number, but got {n!r}"
        raise TypeError(text)
    if n < 1:
        text = f"take(n=...) must be at least 1, but got {n}"
        raise ValueError(text)
