"""The capture of what failed an item.

A ``Glimpse`` is what a kernel takes in its ``except``: what would change or be
freed, and no more. Everything else is made of it on demand: its ``details`` to
cross a process boundary, or the ``StageFailure`` that users see. The text is the
same to the letter either way.
"""

from dataclasses import dataclass
from typing import final

from fstream.result.anatomy import PLAIN
from fstream.result.anatomy import Spots
from fstream.result.anatomy import forget_frames
from fstream.result.anatomy import hosts_of
from fstream.result.anatomy import is_alone
from fstream.result.anatomy import spots_of
from fstream.result.anatomy import trace_of
from fstream.result.capture import Plain
from fstream.result.capture import capture
from fstream.result.capture import captured_plain
from fstream.result.capture import message_of
from fstream.result.capture import plain_of
from fstream.result.carrier import Held
from fstream.result.carrier import Packed
from fstream.result.carrier import pack_exception
from fstream.result.carrier import pack_value
from fstream.result.errors import Carrier
from fstream.result.errors import StageFailure
from fstream.result.errors import Step
from fstream.result.printable import short_repr
from fstream.result.record import Captured
from fstream.result.record import Frame

__all__ = [
    "Captured",
    "Details",
    "Frame",
    "Glimpse",
    "capture",
    "glimpse",
    "stage_failure",
]

ITEM_LIMIT = 1_000
_SHORT = 90  # at ten bytes a character still within the limits
_BIG = 10**100


@final
class Glimpse:
    """What a kernel keeps of an exception and of the item that met it."""

    __slots__ = ("captured", "exc", "held", "item", "message", "spots")

    item: str
    held: object
    exc: BaseException
    message: str
    spots: Spots
    captured: Captured | None

    @property
    def error(self) -> Captured:
        """The record of the exception, made when it is first asked for."""
        if self.captured is None:
            plain = plain_of(type(self.exc), self.message, self.spots)
            self.captured = captured_plain(plain)
        return self.captured

    @property
    def carrier(self) -> Carrier:
        """The objects themselves."""
        return Held(self.held, self.exc)

    def details(self) -> "Details":
        """Answer the same as text, numbers and bytes."""
        told: Captured | Plain | None = self.captured
        return Details(
            item=self.item,
            told=told or plain_of(type(self.exc), self.message, self.spots),
            value_bytes=pack_value(self.held),
            exception_bytes=pack_exception(self.exc),
        )


@final
@dataclass(slots=True, kw_only=True)
class Details:
    """A glimpse as text, numbers and bytes: what crosses a process boundary.

    Not frozen: it pickles in a third of the time, and there may be thousands.
    """

    item: str
    told: Captured | Plain
    value_bytes: bytes | None
    exception_bytes: bytes | None

    @property
    def error(self) -> Captured:
        """The record of the exception, made when it is first asked for."""
        if not isinstance(self.told, Captured):
            self.told = captured_plain(self.told)
        return self.told

    @property
    def carrier(self) -> Carrier:
        """The proven bytes of the objects."""
        return Packed(self.value_bytes, self.exception_bytes)


def glimpse(exc: BaseException, item: object) -> Glimpse:
    """Take what is needed of ``exc``, caught by the frame that calls this.

    That frame never shows in the record. The traceback is taken off the
    exception, so that what its frames hold is freed. Nothing is raised, whatever
    the objects do when they are asked for their text.
    """
    seen = Glimpse()
    seen.exc = exc
    seen.held = item
    if type(item) is int and -_BIG < item < _BIG:
        seen.item = repr(item)
    else:
        seen.item = short_repr(item, ITEM_LIMIT)
    cls = type(exc)
    # A class of a metaclass may define any __hash__, so that is asked first.
    if type(cls) is type and cls in PLAIN:
        args = exc.args
        if (
            exc.__context__ is None
            and exc.__cause__ is None
            and len(args) == 1
            and type(text := args[0]) is str
            and len(text) <= _SHORT
            and text.isascii()
            and getattr(exc, "__notes__", None) is None
        ):
            return _quick(seen, text)
    return _careful(seen)


def _quick(seen: Glimpse, message: str) -> Glimpse:
    """Finish a glimpse of a built-in exception with a plain message.

    The loop stands here a second time, because this is the hot path.
    """
    seen.message = message
    seen.captured = None
    spots: Spots = []
    seen.spots = spots
    trace = seen.exc.__traceback__
    seen.exc.__traceback__ = None
    if trace is not None:
        trace = trace.tb_next
    while trace is not None:
        spots.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    return seen


def _careful(seen: Glimpse) -> Glimpse:
    """Finish any glimpse: what is more than a message is told at once."""
    exc = seen.exc
    if is_alone(exc):
        seen.captured = None
        seen.message = message_of(exc)
        seen.spots = spots_of(trace_of(exc), skip=1)
        BaseException.with_traceback(exc, None)
    else:
        hosts = hosts_of(exc)
        seen.captured = capture(exc, skip=1)
        forget_frames(exc, hosts)
    return seen


def stage_failure(
    cause: Glimpse | Details,
    *,
    stage: str,
    site: str,
    step: Step,
    index: int,
    earlier: tuple[str, ...],
    context: str,
    pid: int,
) -> StageFailure:
    """Tell of the item that ``cause`` failed, and where; its stage had no result."""
    return StageFailure(
        stage=stage,
        site=site,
        step=step,
        index=index,
        item=cause.item,
        attempt=len(earlier) + 1,
        earlier=earlier,
        context=context,
        pid=pid,
        effects="complete" if step == "call" else "none",
        error=cause.error,
        carrier=cause.carrier,
    )
