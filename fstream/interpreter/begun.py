"""Sources at their beginning, and what is left of one that broke elsewhere."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import final

from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.log import complain
from fstream.plan.labels import Label
from fstream.result.captured import capture


@final
class Broken(Exception):  # noqa: N818 - what happened
    """A source has ended by what ``broke`` tells; never seen by users."""

    def __init__(self, broke: SourceBroke) -> None:
        super().__init__()
        self.broke = broke


def begun(make: Callable[[], Iterable[object]], label: Label) -> Iterator[object]:
    """The items of ``make()``; raises ``Broken`` where there are none to iterate."""
    try:
        return iter(make())
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001 - users' code raises anything
        raise Broken(SourceBroke(capture(exc, skip=1), label)) from None


def close(items: Iterator[object], name: str) -> None:
    """Close ``items`` if that can be done, so that a generator cleans up now."""
    try:
        end = getattr(items, "close", None)
        if end is not None:
            end()
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001 - users' code raises anything
        complain(exc, "closing the source %s failed", name)
