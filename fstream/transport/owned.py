"""Descriptors that have an owner, and end with it."""

import os
from collections.abc import Iterable
from typing import final


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
