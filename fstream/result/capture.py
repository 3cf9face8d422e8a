"""The reading of an exception into a record.

Everything here is asked of ``BaseException`` and ``type`` themselves, never of
the user's class, which may answer with anything. Where the user's code must run
(``__str__``) it runs guarded, once.
"""

from traceback import format_exception_only
from types import CodeType
from typing import TypeAlias, final

from fstream.result.anatomy import PLAIN
from fstream.result.anatomy import Spots
from fstream.result.anatomy import args_of
from fstream.result.anatomy import cause_of
from fstream.result.anatomy import context_of
from fstream.result.anatomy import exit_code_of
from fstream.result.anatomy import hosts_of
from fstream.result.anatomy import is_hidden
from fstream.result.anatomy import is_of_host
from fstream.result.anatomy import leaves_of
from fstream.result.anatomy import module_of
from fstream.result.anatomy import mro_of
from fstream.result.anatomy import notes_of
from fstream.result.anatomy import qualname_of
from fstream.result.anatomy import spots_of
from fstream.result.anatomy import trace_of
from fstream.result.printable import UNPRINTABLE
from fstream.result.printable import clip
from fstream.result.printable import guarded
from fstream.result.printable import is_sequence
from fstream.result.printable import is_small
from fstream.result.printable import short_repr
from fstream.result.record import OMITTED
from fstream.result.record import Captured
from fstream.result.record import Frame

Spot: TypeAlias = tuple[str, int, str]
"""File, line and function of a frame."""
Plain: TypeAlias = tuple[str, tuple[str, ...], str, tuple[Spot | None, ...]]
"""Kind, mro, message and frames of an exception that has nothing else to tell.

``None`` stands for the frames that were left out.
"""

MESSAGE_LIMIT = 16_000
_RECORD_LIMIT = 200_000
_NOTE_LIMIT = 4_000
_NAME_LIMIT = 500
_MOST_NOTES = 100
_MOST_LEAVES = 100
_DEEPEST = 20
_MOST_BASES = 100
_ENDS = 50
_BIGGEST_CODE = 1 << 63
_PRINTERS: tuple[object, ...] = (BaseException.__str__, KeyError.__str__)
_REST = Captured(kind="...", mro=(), message="the rest of the chain is left out")


def capture(exc: BaseException, *, skip: int = 0) -> Captured:
    """Tell ``exc`` without the ``skip`` outermost frames of its traceback.

    An exception that was already being handled where ``exc`` was caught is the
    host's affair, and no part of the record.
    """
    try:
        reading = _Reading(hosts_of(exc))
        spots = spots_of(trace_of(exc), skip=skip)
        return reading.tell(exc, spots, depth=0)
    except BaseException:  # noqa: BLE001 - whatever it is made of, it is told
        return Captured(kind=kind_of(type(exc)), mro=(), message=UNPRINTABLE)


def plain_of(cls: type[BaseException], message: str, spots: Spots) -> Plain:
    """Tell an exception that has no notes, no chain and no leaves, in few objects."""
    # A class of a metaclass may define any __hash__, so that is asked first.
    is_plain = type(cls) is type and cls in PLAIN
    kind, mro = _plain_names(cls) if is_plain else (kind_of(cls), _mro_names(cls))
    return kind, mro, message, tuple(_spots(spots, ends=_ENDS))


def captured_plain(plain: Plain) -> Captured:
    """The record of what ``plain_of`` told."""
    kind, mro, message, spots = plain
    frames = tuple(OMITTED if spot is None else Frame(*spot) for spot in spots)
    return Captured(kind=kind, mro=mro, message=message, frames=frames)


def _plain_names(cls: type[BaseException]) -> tuple[str, tuple[str, ...]]:
    """Tell kind and mro of one of the few classes that are built in and plain."""
    names = _names.get(cls)
    if names is None:
        names = _names[cls] = kind_of(cls), _mro_names(cls)
    return names


_names: dict[type, tuple[str, tuple[str, ...]]] = {}


def message_of(exc: BaseException) -> str:
    """Answer ``str(exc)``, guarded and bounded."""
    return guarded(lambda: _message(exc), MESSAGE_LIMIT)


def kind_of(cls: type) -> str:
    """Answer ``module.qualname``, or ``qualname`` of a built-in class."""
    module: object = module_of(cls)
    name = clip(qualname_of(cls), _NAME_LIMIT)
    if module == "builtins":
        return name
    return f"{clip(module, _NAME_LIMIT) if type(module) is str else '<unknown>'}.{name}"


def _message(exc: BaseException) -> str:
    printer: object = type(exc).__str__
    args = args_of(exc)
    if printer not in _PRINTERS or is_small(args, MESSAGE_LIMIT):
        return str(exc)
    subject = args[0] if len(args) == 1 else args
    if type(subject) is str and printer is BaseException.__str__:
        return subject
    return short_repr(subject, MESSAGE_LIMIT)


@final
class _Reading:
    """One record in the making: what has been told, and the room that is left."""

    __slots__ = ("hosts", "room", "seen")

    def __init__(self, hosts: frozenset[int]) -> None:
        self.hosts = hosts
        self.room = _RECORD_LIMIT
        self.seen: set[int] = set()

    def tell(self, exc: BaseException, spots: Spots, *, depth: int) -> Captured:
        self.seen.add(id(exc))
        cls = type(exc)
        message = self.spend(message_of(exc), MESSAGE_LIMIT)
        frames = _frames(spots, ends=min(_ENDS, max(2, self.room // 2_000)))
        self.room -= 200 + sum(len(frame.file) + len(frame.name) for frame in frames)
        notes = self.notes(exc)
        leaves, leaves_omitted = self.leaves(exc, depth)
        cause = self.link(cause_of(exc), depth)
        hidden = is_hidden(exc) and cause is None
        return Captured(
            kind=kind_of(cls),
            mro=_mro_names(cls),
            message=message,
            notes=notes,
            frames=frames,
            leaves=leaves,
            leaves_omitted=leaves_omitted,
            cause=cause,
            context=None if hidden else self.link(context_of(exc), depth),
            exit_code=_exit_code(exc) if issubclass(cls, SystemExit) else None,
            printed=_printed(exc) if issubclass(cls, SyntaxError) else "",
        )

    def spend(self, text: str, limit: int) -> str:
        text = clip(text, max(16, min(limit, self.room)))
        self.room -= len(text.encode())
        return text

    def notes(self, exc: BaseException) -> tuple[str, ...]:
        notes = notes_of(exc)
        if notes is None:
            return ()
        if not is_sequence(notes):
            return (self.spend(short_repr(notes, _NOTE_LIMIT), _NOTE_LIMIT),)
        told = [self.note(note) for note in notes[:_MOST_NOTES]]
        more = len(notes) - len(told)
        return (*told, f"... and {more} more notes") if more else tuple(told)

    def note(self, note: object) -> str:
        return self.spend(guarded(lambda: str(note), _NOTE_LIMIT), _NOTE_LIMIT)

    def leaves(
        self, exc: BaseException, depth: int
    ) -> tuple[tuple[Captured, ...], int]:
        if not issubclass(type(exc), BaseExceptionGroup):
            return (), 0
        leaves = leaves_of(exc)
        told: list[Captured] = []
        for leaf in leaves[:_MOST_LEAVES]:
            if self.room <= 0 or depth >= _DEEPEST:
                break
            told.append(self.tell(leaf, _all_spots(leaf), depth=depth + 1))
        return tuple(told), len(leaves) - len(told)

    def link(self, exc: BaseException | None, depth: int) -> Captured | None:
        if exc is None or id(exc) in self.seen or is_of_host(exc, self.hosts):
            return None
        if depth >= _DEEPEST or self.room <= 0:
            return _REST
        return self.tell(exc, _all_spots(exc), depth=depth + 1)


def _all_spots(exc: BaseException) -> Spots:
    return spots_of(trace_of(exc), skip=0)


def _frames(spots: Spots, *, ends: int) -> tuple[Frame, ...]:
    told = _spots(spots, ends=ends)
    return tuple(OMITTED if spot is None else Frame(*spot) for spot in told)


def _spots(spots: Spots, *, ends: int) -> "list[Spot | None]":
    if len(spots) <= 2 * ends:
        return [_spot(*spot) for spot in spots]
    last = [_spot(*spot) for spot in spots[-ends:]]
    return [*(_spot(*spot) for spot in spots[:ends]), None, *last]


def _spot(code: CodeType, line: int) -> "Spot":
    file = clip(code.co_filename, _NAME_LIMIT)
    return file, line, clip(code.co_name, _NAME_LIMIT)


def _mro_names(cls: type) -> tuple[str, ...]:
    return tuple(kind_of(base) for base in mro_of(cls)[:_MOST_BASES])


def _exit_code(exc: BaseException) -> int | str | None:
    code = exit_code_of(exc)
    if code is None:
        return None
    if type(code) is int and -_BIGGEST_CODE < code < _BIGGEST_CODE:
        return code
    if type(code) is str:
        return clip(code, _NAME_LIMIT)
    return short_repr(code, _NAME_LIMIT)


def _printed(exc: BaseException) -> str:
    """What Python prints of a ``SyntaxError``, asked of a plain copy."""
    file, text, message = (_text(exc, name) for name in ("filename", "text", "msg"))
    line, start, end_line, end = (
        _number(exc, name) for name in ("lineno", "offset", "end_lineno", "end_offset")
    )
    plain = SyntaxError(message or "<no detail available>")
    plain.filename, plain.lineno, plain.offset, plain.text = file, line, start, text
    plain.end_lineno, plain.end_offset = end_line, end
    lines = format_exception_only(plain)
    kind = kind_of(type(exc)).removeprefix("__main__.")
    last = kind + lines[-1].removeprefix("SyntaxError")
    return clip("".join([*lines[:-1], last]).rstrip("\n"), _NOTE_LIMIT)


def _text(exc: BaseException, name: str) -> str | None:
    value: object = vars(SyntaxError)[name].__get__(exc)
    return clip(value, _NOTE_LIMIT // 4) if type(value) is str else None


def _number(exc: BaseException, name: str) -> int | None:
    value: object = vars(SyntaxError)[name].__get__(exc)
    return value if type(value) is int and -1 <= value < 10**6 else None
