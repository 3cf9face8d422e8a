"""The words in which errors tell of themselves."""

from abc import abstractmethod
from typing import Protocol

AT = {
    "decode": "at the decoding",
    "call": "at the call",
    "encode": "at the encoding of the result",
    "open": "at the opening",
    "flush": "at the flush",
    "close": "at the closing",
}
"""When it happened, by the step."""


class Attempt(Protocol):
    """What is known of an attempt at an item."""

    @property
    @abstractmethod
    def context(self) -> str:
        """Where it was made."""

    @property
    @abstractmethod
    def pid(self) -> int:
        """By which process."""

    @property
    @abstractmethod
    def attempt(self) -> int:
        """Which one it was, counted from 1."""

    @property
    @abstractmethod
    def effects(self) -> str:
        """What it may have done."""

    @property
    @abstractmethod
    def earlier(self) -> tuple[str, ...]:
        """What ended those before it."""


def circumstances(failed: Attempt) -> str:
    """Tell where an attempt failed, and of those before it, in a line each."""
    earlier = "".join(
        f"attempt {number}: {text.splitlines()[0]}\n"
        for number, text in enumerate(failed.earlier, 1)
    )
    return (
        f"in {failed.context}, pid {failed.pid}, attempt {failed.attempt}, "
        f"effects {failed.effects}\n{earlier}"
    )


def ending(exit_code: int | None, signal: str | None) -> str:
    """Tell how a worker ended."""
    if signal is not None:
        return f"the worker was ended by {signal}"
    if exit_code is not None:
        return f"the worker ended with exit code {exit_code}"
    return "the worker ended, and how is unknown"
