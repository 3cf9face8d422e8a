"""The record of an exception: text and numbers.

A record holds no code, no frame and no foreign object, so it compares, hashes,
pickles and prints the same in every process. Its traceback text is made when it
is asked for, as Python itself would print it.
"""

import linecache
from collections.abc import Iterator
from textwrap import indent
from traceback import FrameSummary
from traceback import StackSummary
from typing import final

from fstream.result.value import named_value
from fstream.result.value import value


@final
@value
class Frame:
    """A line that was being executed.

    >>> from fstream import collect, map_stage, run, source
    >>> plan = source([0]).via(map_stage(lambda n: 1 // n)).to(collect())
    >>> [frame.name for frame in run(plan).failure().error.frames]
    ['<lambda>']
    """

    file: str
    line: int
    name: str


OMITTED = Frame(file="...", line=0, name="...")
"""Stands where frames were left out."""


@final
@named_value
class Captured:
    """An exception, told.

    ``kind`` is the class as ``module.qualname``, without the module where that is
    ``builtins``, and ``mro`` names all its classes likewise. ``frames`` are the
    user's, the outermost first: the first and the last 50 round ``OMITTED``.
    ``leaves`` are the exceptions of a group, nested as they were, and
    ``leaves_omitted`` counts those left out. An exception met twice in the
    chain is told once, and a ``context`` hidden by ``from None`` is not told.
    ``printed`` is what Python prints in place of ``kind: message``, where that
    differs (a ``SyntaxError`` shows the line it is about).

    >>> from fstream import collect, map_stage, run, source
    >>> plan = source(["x"]).via(map_stage(int)).to(collect())
    >>> run(plan).failure().error.headline
    "ValueError: invalid literal for int() with base 10: 'x'"
    """

    kind: str
    mro: tuple[str, ...]
    message: str
    notes: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    leaves: "tuple[Captured, ...]" = ()
    leaves_omitted: int = 0
    cause: "Captured | None" = None
    context: "Captured | None" = None
    exit_code: int | str | None = None
    printed: str = ""

    @property
    def traceback(self) -> str:
        """The text that Python would print, without column markers."""
        return _traceback_text(self)

    @property
    def headline(self) -> str:
        """The line ``kind: message``."""
        return f"{self.kind}: {self.message}" if self.message else self.kind

    def is_a(self, name: str) -> bool:
        """Tell whether the exception's class, or one of its bases, is ``name``.

        No class is imported for it, and as users import a class from a package
        that defines it deeper inside, so it may be named.

        >>> names = ("requests.exceptions.HTTPError", "OSError")
        >>> told = Captured(kind=names[0], mro=names, message="")
        >>> told.is_a("requests.HTTPError"), told.is_a("OSError"), told.is_a("Error")
        (True, True, False)
        """
        package, _, last = name.removeprefix("builtins.").rpartition(".")
        return any(
            base.endswith(f".{last}") and base.startswith(f"{package}.")
            if package
            else base == last
            for base in self.mro
        )


_CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"
_WIDEST = 15
_DEEPEST = 10
_LONGEST = 200_000
_LONGEST_LINE = 1_000


def _traceback_text(captured: Captured) -> str:
    printer = _Printer()
    printer.chain(captured)
    text = "".join(printer.parts)
    if len(text) <= _LONGEST:
        return text
    return text[: _LONGEST // 2] + "\n[...]\n" + text[-_LONGEST // 2 :]


@final
class _Printer:
    """Writes a record as ``traceback.TracebackException.format`` writes one."""

    __slots__ = ("depth", "open", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.depth = 0
        self.open = False

    def chain(self, captured: Captured) -> None:
        links: list[Captured] = []
        link: Captured | None = captured
        while link is not None:
            links.append(link)
            link = link.cause or link.context
        for number, told in enumerate(reversed(links)):
            if number:
                self.emit(_CAUSED if told.cause else _DURING)
            self.one(told)

    def one(self, captured: Captured) -> None:
        if not captured.leaves and not captured.leaves_omitted:
            self.stack("Traceback (most recent call last):\n", captured)
            self.end(captured)
        elif self.depth > _DEEPEST:
            self.emit(f"... (max_group_depth is {_DEEPEST})\n")
        else:
            self.group(captured)

    def group(self, captured: Captured) -> None:
        title = "Exception Group Traceback (most recent call last):\n"
        outermost = self.depth == 0
        self.depth += outermost
        self.stack(title, captured, margin="+ " if outermost else "| ")
        self.end(captured)
        self.leaves(captured)
        self.depth -= outermost

    def stack(self, title: str, captured: Captured, *, margin: str = "| ") -> None:
        if captured.frames:
            self.emit(title, margin=margin)
            for lines in _frame_lines(captured.frames):
                self.emit(lines)

    def end(self, captured: Captured) -> None:
        self.emit((captured.printed or _last_line(captured)) + "\n")
        for note in captured.notes:
            for line in note.split("\n"):
                self.emit(line + "\n")

    def leaves(self, captured: Captured) -> None:
        shown: list[Captured | str] = [*captured.leaves[:_WIDEST]]
        more = len(captured.leaves) - len(shown) + captured.leaves_omitted
        if more:
            shown.append(f"and {more} more exception{'s' if more > 1 else ''}\n")
        for number, leaf in enumerate(shown, 1):
            title = "..." if isinstance(leaf, str) else str(number)
            edge = "+-" if number == 1 else "  "
            self.rule(f"{edge}+---------------- {title} ----------------\n")
            self.open = number == len(shown)
            self.depth += 1
            if isinstance(leaf, str):
                self.emit(leaf)
            else:
                self.chain(leaf)
            if self.open:
                self.rule("+------------------------------------\n")
                self.open = False
            self.depth -= 1

    def rule(self, text: str) -> None:
        self.parts.append("  " * self.depth + text)

    def emit(self, text: str, *, margin: str = "| ") -> None:
        if self.depth:
            text = indent(text, "  " * self.depth + margin, lambda _: True)
        self.parts.append(text)


def _frame_lines(frames: tuple[Frame, ...]) -> Iterator[str]:
    if OMITTED not in frames:
        yield from _format(frames)
        return
    middle = frames.index(OMITTED)
    yield from _format(frames[:middle])
    yield "  [...]\n"
    yield from _format(frames[middle + 1 :])


def _format(frames: tuple[Frame, ...]) -> list[str]:
    told = [FrameSummary(at.file, at.line, at.name, line=_source(at)) for at in frames]
    return StackSummary.from_list(told).format()


def _source(at: Frame) -> str:
    try:
        linecache.checkcache(at.file)
        return linecache.getline(at.file, at.line).strip()[:_LONGEST_LINE]
    except (ValueError, OSError, MemoryError):  # code names its file as it likes
        return ""


def _last_line(captured: Captured) -> str:
    kind = captured.kind.removeprefix("__main__.")
    return f"{kind}: {captured.message}" if captured.message else kind
