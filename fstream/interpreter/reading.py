"""The source at work: iterated in the consumer's thread, when asked."""

import itertools
import operator
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from typing import assert_never, final

from fstream.compiler.shape import is_sized
from fstream.interpreter.log import complain
from fstream.plan.nodes import Items
from fstream.plan.nodes import Made
from fstream.plan.nodes import Origin
from fstream.result.captured import capture
from fstream.result.record import Captured


def length(origin: Origin) -> int | None:
    """How many items the source has, where that is known."""
    match origin:
        case Items(items):
            return _length(items)
        case Made():
            return None
        case _:
            assert_never(origin)


def _length(items: Collection[object]) -> int | None:
    try:
        return len(items)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - users' code raises anything
        return None


@final
class Reading:
    """One iteration over the items of ``origin``."""

    __slots__ = ("error", "items", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.items: Iterator[object] = iter(())
        self.error: Captured | None = None
        try:
            self.items = iter(_items(origin))
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            self.error = capture(exc, skip=1)

    @property
    def may_wait(self) -> bool:
        """Whether asking for items may take long."""
        return not is_sized(self.origin)

    def pull(self, most: int) -> tuple[list[object], Captured | None]:
        """The next items, fewer than ``most`` at the end; and what broke it."""
        pulled: list[object] = []
        if self.error is not None:
            return pulled, self.error
        try:
            pulled.extend(itertools.islice(self.items, most))
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            self.error = capture(exc, skip=1)
        return pulled, self.error

    def taken(self) -> int:
        """How many items were pulled from a sized source, which may have grown."""
        return (length(self.origin) or 0) - operator.length_hint(self.items)

    def close(self) -> None:
        """Close a generator that was not exhausted, so that it cleans up now."""
        try:
            close = getattr(self.items, "close", None)
            if close is not None:
                close()
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            complain(exc, "closing the source %s failed", self.origin.label.name)


def _items(origin: Origin) -> Iterable[object]:
    match origin:
        case Items(items):
            return items
        case Made(make):
            return make()
        case _:
            assert_never(origin)
