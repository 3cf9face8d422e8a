"""The source at work: iterated in the consumer's thread, when asked."""

import itertools
import operator
from collections.abc import Collection
from collections.abc import Iterator
from functools import partial
from typing import assert_never, final

from fstream.compiler.shape import is_sized
from fstream.compiler.shape import is_tagged
from fstream.interpreter.begun import Broken
from fstream.interpreter.begun import begun
from fstream.interpreter.begun import close
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.kernel import Stopped
from fstream.interpreter.live import Iterating
from fstream.interpreter.live import Waits
from fstream.interpreter.turns import Telling
from fstream.interpreter.turns import Turn
from fstream.interpreter.turns import Turns
from fstream.plan.labels import Label
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.origins import Made
from fstream.result.captured import capture


def length(origin: Origin) -> int | None:
    """How many items the source has, where that is known."""
    match origin:
        case Items(items):
            return _length(items)
        case Made() | Live():
            return None
        case Merged(flows):
            lengths = [length(flow.origin) for flow in flows]
            known = [each for each in lengths if each is not None]
            return sum(known) if len(known) == len(lengths) else None
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
    """One iteration over the items of ``origin``.

    ``told`` hears where one of several sources breaks; if there is none, a pull ends
    there, and ``goes_on`` is set. So it is where a pull ends because a live source has
    nothing yet; that source is ``awaited``.
    """

    __slots__ = ("abandoned", "awaited", "broke", "goes_on", "items", "open", "origin")

    def __init__(self, origin: Origin, told: Telling | None = None) -> None:
        self.origin = origin
        self.open: list[tuple[Label, Iterator[object]]] = []
        self.items: Iterator[object] = iter(())
        self.broke: SourceBroke | None = None
        self.goes_on = False
        self.awaited: Iterating | None = None
        self.abandoned = 0
        try:
            self.items = self._items(origin, told or self._pause)
        except Broken as broken:
            self.broke = broken.broke

    @property
    def may_wait(self) -> bool:
        """Whether asking for items may take long."""
        return not is_sized(self.origin)

    def pull(self, most: int) -> tuple[list[object], SourceBroke | None]:
        """The next items, fewer than ``most`` at the end; and what broke it."""
        pulled: list[object] = []
        if self.goes_on:
            self.broke, self.awaited, self.goes_on = None, None, False
        if self.broke is not None:
            return pulled, self.broke
        try:
            pulled.extend(itertools.islice(self.items, most))
        except KeyboardInterrupt:
            raise
        except Waits as waits:
            self.awaited, self.goes_on = waits.live, True
        except Stopped:
            self.goes_on = True
        except Broken as broken:
            self.broke = broken.broke
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            self.broke = SourceBroke(capture(exc, skip=1), self.origin.label)
        return pulled, self.broke

    def taken(self) -> int:
        """How many items were pulled from a sized source, which may have grown."""
        return (length(self.origin) or 0) - operator.length_hint(self.items)

    def close(self) -> None:
        """Close the sources that have not ended, so that they clean up now."""
        for label, items in self.open:
            if not isinstance(items, Iterating):
                close(items, label.name)
            elif not items.close():
                self.abandoned += 1

    def _pause(self, broke: SourceBroke) -> None:
        """End the pull where one of several sources broke."""
        self.broke = broke
        raise Stopped

    def _items(self, origin: Origin, told: Telling) -> Iterator[object]:
        match origin:
            case Items(items, label):
                found = begun(lambda: items, label)
            case Made(make, label):
                found = begun(make, label)
            case Live():
                found = Iterating(origin)
            case Merged():
                return Turns(self._turns(origin, told), told)
            case _:
                assert_never(origin)
        self.open.append((origin.label, found))
        return found

    def _turns(self, merged: Merged, told: Telling) -> tuple[Turn, ...]:
        tagged = is_tagged(merged)
        return tuple(
            Turn(
                number if tagged else None,
                flow.origin.label,
                partial(self._items, flow.origin, told),
            )
            for number, flow in enumerate(merged.flows)
        )
