"""A descriptor that has an owner, and ends with it."""

import os
from contextlib import suppress
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
            with suppress(OSError):
                os.close(number)

    def __del__(self) -> None:
        self.close()  # Ctrl-C may have come between an opening and its ``try``
