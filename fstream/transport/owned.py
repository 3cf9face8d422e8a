"""Descriptors that have an owner, and end with it."""

import os
import select
from collections.abc import Iterable
from typing import Protocol, TypeVar, final


@final
class Owned:
    """The descriptor ``number``; -1 once it is closed."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def fileno(self) -> int:
        """The descriptor."""
        return self.number

    def close(self) -> None:
        """Close it; idempotent."""
        number, self.number = self.number, -1
        if number >= 0:
            try:  # noqa: SIM105  # Ctrl-C would come at the call of ``suppress``
                os.close(number)
            except OSError:  # users' code closed it
                pass


def close_all(descriptors: Iterable[int]) -> None:
    """Close descriptors that nobody is going to own."""
    for number in descriptors:
        os.close(number)


class Watched(Protocol):
    """What has a descriptor, and an end."""

    def fileno(self) -> int:
        """The descriptor."""
        ...

    def close(self) -> None:
        """End it."""


W = TypeVar("W", bound=Watched)


def registered(watched: W, epoll: select.epoll) -> W:
    """Have ``epoll`` tell when ``watched`` is readable; ends it where that fails."""
    try:
        epoll.register(watched, select.EPOLLIN)
    except OSError:
        watched.close()
        raise
    return watched
