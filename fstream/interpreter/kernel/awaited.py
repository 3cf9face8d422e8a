"""Coroutine functions called with care: tried again, and cancelled in time."""

from collections.abc import Awaitable
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol, cast, final

from fstream.interpreter.kernel.cared import headline
from fstream.plan.care import Care
from fstream.plan.care import Retry
from fstream.plan.nodes import Erased

_ONCE = Retry(1)


class Loop(Protocol):
    """What an event loop does for calls in it."""

    async def pause(self, seconds: float) -> None:
        """Let others go on meanwhile."""

    def limited(
        self, seconds: float, *, stage: int
    ) -> AbstractAsyncContextManager[None]:
        """A block that is cancelled after so many seconds, and raises ``Overdue``."""
        ...

    def is_end(self, exc: BaseException) -> bool:
        """Whether ``exc`` ends the kernel, and is no failure of its item."""
        ...


@final
class Overdue(BaseException):
    """The time that ``stage`` gives an item is over; never seen by users."""

    def __init__(self, stage: int, limit: float) -> None:
        super().__init__(stage, limit)
        self.stage = stage
        self.limit = limit


@final
@dataclass(slots=True, kw_only=True)
class Awaited:
    """The coroutine function ``fn`` of ``stage``, called as ``care`` says.

    What ``Cared`` is to plain functions, but that the loop keeps the time.
    """

    fn: Callable[[object], Awaitable[object]]
    care: Care
    stage: int
    loop: Loop
    earlier: tuple[str, ...] = field(default=())

    async def __call__(self, item: object) -> object:
        """Call ``fn`` until it answers, or was called often enough."""
        retry = self.care.retry or _ONCE
        self.earlier = ()
        while True:
            try:
                return await self.once(item)
            except retry.on as exc:
                tried = len(self.earlier) + 1
                if tried >= retry.attempts or self._is_final(exc):
                    raise
                self.earlier += (headline(exc),)
            wait = retry.wait(tried) if callable(retry.wait) else retry.wait
            await self.loop.pause(wait)

    async def once(self, item: object) -> object:
        """Call ``fn``, within the time that it has."""
        limit = self.care.timeout
        if limit is None:
            return await self.fn(item)
        async with self.loop.limited(limit, stage=self.stage):
            return await self.fn(item)

    def _is_final(self, exc: BaseException) -> bool:
        return issubclass(type(exc), KeyboardInterrupt) or self.loop.is_end(exc)


def awaited(fn: Erased, care: Care, *, stage: int, loop: Loop | None) -> Awaited | None:
    """``fn`` with ``care``; ``None`` where it is called as it stands."""
    if loop is None or (care.retry is None and care.timeout is None):
        return None
    # Erased: the kernel calls it with what the stage before gave.
    plain = cast("Callable[[object], Awaitable[object]]", fn)
    return Awaited(fn=plain, care=care, stage=stage, loop=loop)


OWN = (Awaited.__call__, Awaited.once)
"""Functions whose frames are no part of what users' exceptions tell."""
