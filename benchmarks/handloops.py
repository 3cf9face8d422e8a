"""The inline limits: loops written by hand for just one job."""

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType
from types import TracebackType
from typing import TypeAlias, cast, final

from returns.result import Success

from benchmarks.workfunctions import bad
from benchmarks.workfunctions import even
from benchmarks.workfunctions import f1
from benchmarks.workfunctions import f2
from benchmarks.workfunctions import f3
from benchmarks.workfunctions import is_next
from benchmarks.workfunctions import is_third
from benchmarks.workfunctions import rest_by_three

Loop: TypeAlias = Callable[[Iterable[int]], list[int]]
Frames: TypeAlias = tuple[tuple[CodeType, int], ...]
Named: TypeAlias = tuple[tuple[str, str, int], ...]


def chained(items: Iterable[int]) -> list[int]:
    """Do the work of G1."""
    out: list[int] = []
    append = out.append
    for x in items:
        y = f3(f2(f1(x)))
        if even(y):
            append(y)
    return out


def chained_outcomes(items: Iterable[int]) -> list[Success[int]]:
    """Do the work of G2: the same, and wrap what is delivered."""
    out: list[Success[int]] = []
    append = out.append
    for x in items:
        y = f3(f2(f1(x)))
        if even(y):
            append(Success(y))
    return out


def routed_by_predicate(items: Iterable[int]) -> list[int]:
    """Do the work of G13: each number goes one of three ways."""
    out: list[int] = []
    append = out.append
    for x in items:
        if is_third(x):
            append(f1(x))
        elif is_next(x):
            append(f2(x))
        else:
            append(f3(x))
    return out


def routed_by_key(items: Iterable[int]) -> list[int]:
    """Do the work of G13 with a key."""
    out: list[int] = []
    append = out.append
    for x in items:
        rest = rest_by_three(x)
        if rest == 0:
            append(f1(x))
        elif rest == 1:
            append(f2(x))
        else:
            append(f3(x))
    return out


def of_stages(n: int) -> Loop:
    """Return a loop with one line for each of ``n`` stages, f1 and f3 in turn.

    The text is what one would write by hand; nobody wants to read fifty lines.
    """
    lines = [f"        x = {'f3' if k % 2 else 'f1'}(x)" for k in range(n)]
    head = ["def loop(items):", "    out = []", "    append = out.append"]
    text = "\n".join([*head, "    for x in items:", *lines, "        append(x)"])
    names: dict[str, object] = {"f1": f1, "f3": f3}
    exec(text + "\n    return out", names)  # noqa: S102  our own text, see above
    return cast("Loop", names["loop"])


@final
@dataclass(slots=True)
class Recorded:
    """What somebody careful writes down about a failing item.

    No text is made of the traceback: code objects and line numbers keep all
    that is needed to print it later, and let go of the frames.
    """

    index: int
    item: str
    stage: int
    kind: type[BaseException]
    message: str
    frames: Frames | Named


def recording(items: Iterable[int]) -> tuple[list[int], list[Recorded]]:
    """Do the work of G4: deliver what can be, and record every failure.

    The good way pays for nothing: ``try`` is free, the line that failed tells the
    stage, and where no stage drops items, the two lists tell the index.
    """
    out: list[int] = []
    append = out.append
    failed: list[Recorded] = []
    for item in items:
        x = item
        try:
            x = f1(x)
            x = bad(x)
            x = f3(x)
        except Exception as exc:  # noqa: BLE001  user code may raise anything
            failed.append(_recorded(exc, len(out) + len(failed), x))
        else:
            append(x)
    return out, failed


def recorded_calls(
    fn: Callable[[int], int], items: Iterable[int]
) -> tuple[list[int], list[Recorded]]:
    """Call ``fn`` for each item, and record every failure."""
    out: list[int] = []
    failed: list[Recorded] = []
    for item in items:
        try:
            out.append(fn(item))
        except Exception as exc:  # noqa: BLE001  user code may raise anything
            failed.append(_travelling(exc, len(out) + len(failed), item))
    return out, failed


def _travelling(exc: Exception, index: int, item: int) -> Recorded:
    """Record ``exc`` in a form that can be sent: frames by name."""
    frames = _frames(exc)
    named = tuple((code.co_filename, code.co_name, line) for code, line in frames)
    return Recorded(index, repr(item), 1, type(exc), str(exc), named)


_FIRST_STAGE = recording.__code__.co_firstlineno + 12


def _recorded(exc: Exception, index: int, item: int) -> Recorded:
    own = cast("TracebackType", exc.__traceback__)
    stage = own.tb_lineno - _FIRST_STAGE
    return Recorded(index, repr(item), stage, type(exc), str(exc), _frames(exc))


def _frames(exc: Exception) -> Frames:
    frames: list[tuple[CodeType, int]] = []
    entry = cast("TracebackType", exc.__traceback__).tb_next
    while entry is not None:
        frames.append((entry.tb_frame.f_code, entry.tb_lineno))
        entry = entry.tb_next
    return tuple(frames)
