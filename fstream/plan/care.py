"""The care a stage takes of an item: retries, its time limit, its delivery.

Descriptions only. What a retried call does is written in the kernel, and what
becomes of an item whose worker ended is decided by the engine.
"""

from collections.abc import Callable
from dataclasses import field
from math import inf
from typing import Literal, TypeAlias, final

from fstream.result.printable import is_sequence
from fstream.result.value import named_value
from fstream.result.value import value

Delivery: TypeAlias = Literal["rerun", "at_most_once"]
Wait: TypeAlias = float | Callable[[int], float]

_DELIVERIES: tuple[Delivery, Delivery] = ("rerun", "at_most_once")


@final
@value
class Retry:
    """How often a stage tries an item.

    ``attempts`` counts all calls, the first one too. Only exceptions of the classes
    ``on`` are tried again, after ``wait`` seconds, or ``wait(n)`` after attempt ``n``;
    ``KeyboardInterrupt`` never is. The item's worker waits, and the items behind it
    with it. ``deaths`` is how many deaths of a worker, or time-outs, an item is
    forgiven besides; each of them begins the attempts anew.

    >>> Retry(3, wait=0.1, on=(OSError,))
    Retry(3, wait=0.1, on=(OSError,))
    >>> Retry(0)
    Traceback (most recent call last):
    ValueError: Retry(attempts=...) must be at least 1, but got 0
    """

    attempts: int
    wait: Wait = field(default=0.0, kw_only=True)
    on: tuple[type[BaseException], ...] = field(default=(Exception,), kw_only=True)
    deaths: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        _check_count(self.attempts, "Retry(attempts=...)", least=1)
        _check_count(self.deaths, "Retry(deaths=...)", least=0)
        if not callable(self.wait):
            check_seconds(self.wait, "Retry(wait=...)", least="zero")
        classes: object = self.on
        if not is_sequence(classes) or not all(map(_is_exception, classes)):
            text = f"Retry(on=...) must be exception classes, but got {classes!r}"
            raise TypeError(text)

    def __repr__(self) -> str:
        classes = ", ".join(cls.__qualname__ for cls in self.on)
        shown = (
            ("wait", repr(self.wait), self.wait != 0.0),
            ("on", f"({classes}{',' * (len(self.on) == 1)})", self.on != (Exception,)),
            ("deaths", repr(self.deaths), bool(self.deaths)),
        )
        parts = (f", {name}={text}" for name, text, is_set in shown if is_set)
        return f"Retry({self.attempts}{''.join(parts)})"


@final
@named_value
class Care:
    """What a stage was told of retries, of its limit in seconds, of delivery."""

    retry: Retry | None = None
    timeout: float | None = None
    delivery: Delivery = "rerun"


CARELESS = Care()


def care_of(call: str, *, retry: object, timeout: object, delivery: object) -> Care:
    """Check what ``call`` was told, and make a value of it."""
    if retry is not None and not isinstance(retry, Retry):
        text = f"{call}(retry=...) must be a Retry, but got {retry!r}"
        raise TypeError(text)
    if timeout is not None:
        timeout = check_seconds(timeout, f"{call}(timeout=...)", least="more")
    found: list[Delivery] = [each for each in _DELIVERIES if each == delivery]
    if not found:
        text = (
            f"{call}(delivery=...) must be 'rerun' or 'at_most_once',"
            f" but got {delivery!r}"
        )
        raise ValueError(text)
    known = found[0]
    if known == "at_most_once" and retry is not None and retry.deaths:
        text = (
            f"{call}(retry=...) must forgive no deaths with delivery='at_most_once',"
            f" but got {retry!r}"
        )
        raise ValueError(text)
    if retry is None and timeout is None and known == "rerun":
        return CARELESS
    return Care(retry=retry, timeout=timeout, delivery=known)


def check_seconds(
    seconds: object, argument: str, *, least: Literal["zero", "more"]
) -> float:
    """Refuse what is no time to wait."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        text = f"{argument} must be a number of seconds, but got {seconds!r}"
        raise TypeError(text)
    if not 0 <= seconds < inf or (least == "more" and not seconds):
        wanted = "more than 0" if least == "more" else "at least 0"
        text = f"{argument} must be {wanted} seconds, but got {seconds!r}"
        raise ValueError(text)
    return float(seconds)


def _check_count(count: object, argument: str, *, least: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int):
        text = f"{argument} must be a whole number, but got {count!r}"
        raise TypeError(text)
    if count < least:
        text = f"{argument} must be at least {least}, but got {count}"
        raise ValueError(text)


def _is_exception(cls: object) -> bool:
    return isinstance(cls, type) and issubclass(cls, BaseException)
