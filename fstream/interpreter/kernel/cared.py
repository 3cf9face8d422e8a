"""Functions called with care: tried again, and with a deadline for others to keep.

Nothing can interrupt a function from inside. What is written here is when its
time is over; whoever executes the kernel reads it, and ends what is overdue.
"""

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from typing import cast, final

from fstream.plan.care import Care
from fstream.plan.care import Retry
from fstream.plan.nodes import Erased
from fstream.result.capture import kind_of
from fstream.result.capture import message_of

DEADLINE = 3
"""The word of a recorder's page: nanoseconds of the monotonic clock, 0 for none."""

_ONCE = Retry(1)


@final
@dataclass(slots=True, kw_only=True)
class Cared:
    """``fn``, called as ``care`` says.

    ``earlier`` tells in a line each what ended the attempts before the last one.
    """

    fn: Callable[[object], object]
    care: Care
    clock: Callable[[], float]
    pause: Callable[[float], None]
    alarm: Callable[[float], object] | None
    page: memoryview | None
    earlier: tuple[str, ...] = field(default=())

    def __call__(self, item: object) -> object:
        """Call ``fn`` until it answers, or was called often enough."""
        retry = self.care.retry or _ONCE
        self.earlier = ()
        while True:
            try:
                return self.once(item)
            except retry.on as exc:
                tried = len(self.earlier) + 1
                # As everywhere, the class is asked: isinstance may ask the object.
                if tried >= retry.attempts or issubclass(type(exc), KeyboardInterrupt):
                    raise
                self.earlier += (headline(exc),)
            self.pause(retry.wait(tried) if callable(retry.wait) else retry.wait)

    def once(self, item: object) -> object:
        """Call ``fn``, with its deadline noted meanwhile."""
        page, limit = self.page, self.care.timeout
        if page is None or limit is None:
            return self.fn(item)
        page[DEADLINE] = deadline(self.clock(), limit)
        try:
            if self.alarm is not None:
                self.alarm(limit)
            return self.fn(item)
        finally:
            if self.alarm is not None:
                self.alarm(0)
            page[DEADLINE] = 0


@final
@dataclass(frozen=True, slots=True)
class Collected:
    """Gives all items of ``fn(item)`` at once, so that an attempt is whole."""

    fn: Callable[[object], Iterable[object]]

    def __call__(self, item: object) -> tuple[object, ...]:
        """Call ``fn``, and exhaust what it gives."""
        return tuple(self.fn(item))


def cared(
    fn: Erased,
    care: Care,
    *,
    collects: bool,
    clock: Callable[[], float],
    pause: Callable[[float], None],
    alarm: Callable[[float], object] | None,
    page: memoryview | None,
) -> Cared | None:
    """``fn`` with ``care``; ``None`` where it is called as it stands."""
    if care.retry is None and care.timeout is None:
        return None
    # Erased: the kernel calls it with what the stage before gave.
    plain = cast("Callable[[object], object]", fn)
    whole = Collected(cast("Callable[[object], Iterable[object]]", fn))
    return Cared(
        fn=whole if collects else plain,
        care=care,
        clock=clock,
        pause=pause,
        alarm=alarm,
        page=page,
    )


def deadline(now: float, limit: float) -> int:
    """When ``limit`` seconds from ``now`` are over, as a recorder's page tells it."""
    return round((now + limit) * 1e9)


def headline(exc: BaseException) -> str:
    """Tell ``exc`` in a line."""
    kind, message = kind_of(type(exc)), message_of(exc)
    return f"{kind}: {message}" if message else kind


OWN = (Cared.__call__, Cared.once, Collected.__call__)
"""Functions whose frames are no part of what users' exceptions tell."""
