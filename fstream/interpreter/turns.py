"""Merged sources at work: one item of each in turn, until all have ended."""

from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from typing import TypeAlias, final

from fstream.interpreter.begun import Broken
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.kernel import Stopped
from fstream.plan.labels import Label
from fstream.result.captured import capture

Opening: TypeAlias = Callable[[], Iterator[object]]
Telling: TypeAlias = Callable[[SourceBroke], None]


@final
class Turn:
    """One of several sources: opened when it is first asked for an item."""

    __slots__ = ("items", "label", "number", "opening")

    def __init__(self, number: int | None, label: Label, opening: Opening) -> None:
        self.number = number
        self.label = label
        self.opening = opening
        self.items: Iterator[object] | None = None

    def opened(self) -> Iterator[object]:
        """Its items; raises ``Broken`` where it cannot begin."""
        self.items = self.opening()
        return self.items


@final
class Turns(Iterator[object]):
    """The items of several sources, with the number of their source where it has one.

    A source that raises has ended: ``told`` hears of it, and the others go on. If that
    raises ``Stopped``, the next item can be asked for all the same.
    """

    __slots__ = ("told", "turns", "waiting")

    def __init__(self, turns: tuple[Turn, ...], told: Telling) -> None:
        self.turns = turns
        self.waiting = deque(turns)
        self.told = told

    def __next__(self) -> object:
        """The next item of the source whose turn it is."""
        waiting = self.waiting
        while waiting:
            turn = waiting[0]
            try:
                items = turn.opened() if turn.items is None else turn.items
                item = next(items)
            except StopIteration:
                waiting.popleft()
            except (KeyboardInterrupt, Stopped):
                raise
            except Broken as broken:
                waiting.popleft()
                self.told(broken.broke)
            except BaseException as exc:  # noqa: BLE001 - users' code raises anything
                waiting.popleft()
                self.told(SourceBroke(capture(exc, skip=1), turn.label))
            else:
                waiting.rotate(-1)
                return item if turn.number is None else (turn.number, item)
        raise StopIteration
