"""Live sources: iterated in a thread of their own, a bounded way ahead."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from contextvars import copy_context
from threading import Event
from threading import Thread
from typing import final

from fstream.interpreter.begun import Broken
from fstream.interpreter.begun import begun
from fstream.interpreter.begun import close
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.kernel import Stopped
from fstream.plan.origins import Live
from fstream.result.captured import capture
from fstream.transport.undisturbed import Undisturbed
from fstream.transport.waker import Waker

AHEAD = 1024
_PATIENCE = 0.3


class Waits(Stopped):
    """A live source has nothing yet; ``live`` is that."""

    def __init__(self, live: "Iterating") -> None:
        super().__init__()
        self.live = live


@final
class Iterating(Iterator[object]):
    """The items of ``origin``, as far as its thread has them; else raises ``Waits``.

    The thread sees the context variables of whoever asks first. It is at most
    ``AHEAD`` items ahead, and ends after the item at which it notices that nobody
    wants more; one that is stuck in the source is left behind.
    """

    __slots__ = (
        "_broke",
        "_has_ended",
        "_is_closed",
        "_items",
        "_origin",
        "_quiet",
        "_room",
        "_thread",
        "_waker",
    )

    def __init__(self, origin: Live) -> None:
        self._origin = origin
        self._items: deque[object] = deque()
        self._broke: SourceBroke | None = None
        self._has_ended = False
        self._is_closed = False
        self._quiet = Undisturbed()
        self._room = Event()
        self._thread: Thread | None = None
        self._waker = Waker()

    def __next__(self) -> object:
        """The next item, if it is there."""
        if self._thread is None:
            self._start()
        has_ended = self._has_ended  # first: what came before the end is there then
        try:
            item = self._items.popleft()
        except IndexError:
            return self._nothing(has_ended=has_ended)
        if len(self._items) <= AHEAD // 2:
            self._room.set()
        return item

    def _nothing(self, *, has_ended: bool) -> object:
        if not has_ended:
            raise Waits(self)
        if self._broke is None:
            raise StopIteration
        broke, self._broke = self._broke, None
        raise Broken(broke)

    def has_news(self) -> bool:
        """Whether asking again is worth it."""
        self._waker.rest()
        return bool(self._items) or self._has_ended

    def watch(self) -> int:
        """The descriptor that becomes readable when there is something to ask for."""
        descriptor = self._waker.ask()
        if self._items or self._has_ended:
            self._waker.wake()
        return descriptor

    def close(self) -> bool:
        """Have no more items; whether the thread is gone."""
        self._is_closed = True
        self._room.set()
        thread = self._thread
        if thread is None:
            return True
        try:
            with Undisturbed(), suppress(RuntimeError):  # it was being started
                thread.join(_PATIENCE)
        finally:
            self._waker.close()
        return not thread.is_alive()

    def _start(self) -> None:
        self._waker.open()
        self._thread = Thread(
            target=copy_context().run,
            args=(self._serve,),
            name="fstream-source",
            daemon=True,  # a stuck source must not keep the program
        )
        with Undisturbed() as self._quiet:
            self._thread.start()

    # ---- in the thread

    def _serve(self) -> None:
        try:
            self._quiet.run(self._iterate)
        finally:
            self._has_ended = True
            self._waker.wake()

    def _iterate(self) -> None:
        label = self._origin.label
        try:
            items = begun(self._origin.make, label)
        except Broken as broken:
            self._broke = broken.broke
            return
        try:
            for item in items:
                self._items.append(item)
                self._waker.wake()
                if not self._goes_on():
                    break
        except BaseException as exc:  # noqa: BLE001 - users' code raises anything
            self._broke = SourceBroke(capture(exc, skip=1), label)
        close(items, label.name)

    def _goes_on(self) -> bool:
        """Wait until there is room for one more, or nobody wants it."""
        if len(self._items) >= AHEAD:
            self._room.clear()
            if len(self._items) >= AHEAD and not self._is_closed:
                self._room.wait()
        return not self._is_closed
