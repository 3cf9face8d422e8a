"""Options that are text on the command line.

A text that means nothing raises what ``argparse`` shows: one sentence.
"""

import re
from argparse import ArgumentTypeError
from fractions import Fraction

from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads

_PLACED = re.compile(r"(threads|forks|processes):([0-9]{1,6})")
_COUNT = re.compile(r"[0-9]{1,18}")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")
_SHARE = re.compile(r"([0-9]{1,18})/([0-9]{1,18})")


def context_from(text: str) -> Context:
    """Read ``inline``, ``threads:N``, ``forks:N`` or ``processes:N``.

    >>> context_from("processes:2")
    processes(2)
    """
    if text == "inline":
        return inline()
    placed = _PLACED.fullmatch(text)
    if placed is None or int(placed[2]) == 0:
        reason = (
            f"{text!r} is no context; write inline, threads:N, forks:N or"
            " processes:N with a whole number N of at least 1"
        )
        raise ArgumentTypeError(reason)
    width = int(placed[2])
    match placed[1]:
        case "threads":
            return threads(width)
        case "forks":
            return forks(width)
        case _:
            return processes(width)


def tolerance_from(text: str) -> int | Fraction:
    """Read a number of failures, or a share of the items: ``N%`` or ``a/b``.

    >>> tolerance_from("20"), tolerance_from("0.5%"), tolerance_from("1/3")
    (20, Fraction(1, 200), Fraction(1, 3))
    """
    if _COUNT.fullmatch(text):
        return int(text)
    share = _share(text)
    if share is None or share > 1:
        reason = (
            f"{text!r} is no tolerance; write a number of failures such as 20,"
            " or a share of the items such as 0.5% or 1/200, at most 100%"
        )
        raise ArgumentTypeError(reason)
    return share


def _share(text: str) -> Fraction | None:
    if percent := _PERCENT.fullmatch(text):
        return Fraction(percent[1]) / 100
    parts = _SHARE.fullmatch(text)
    if parts is None or int(parts[2]) == 0:
        return None
    return Fraction(int(parts[1]), int(parts[2]))
