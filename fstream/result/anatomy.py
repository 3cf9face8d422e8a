"""The parts of an exception, read past its class.

A user's class may answer anything when it is asked for ``__context__`` or
``args``, so ``BaseException`` and ``type`` themselves are asked. Nothing here
runs user code.
"""

import builtins
from collections.abc import Callable
from types import CodeType
from types import FrameType
from types import TracebackType
from typing import TypeAlias

Spots: TypeAlias = list[tuple[CodeType, int]]
"""Code and line of each frame, the outermost first."""

context_of: Callable[[BaseException], BaseException | None]
context_of = vars(BaseException)["__context__"].__get__
cause_of: Callable[[BaseException], BaseException | None]
cause_of = vars(BaseException)["__cause__"].__get__
trace_of: Callable[[BaseException], TracebackType | None]
trace_of = vars(BaseException)["__traceback__"].__get__
args_of: Callable[[BaseException], tuple[object, ...]]
args_of = vars(BaseException)["args"].__get__
vars_of: Callable[[BaseException], dict[str, object]]
vars_of = vars(BaseException)["__dict__"].__get__
is_hidden: Callable[[BaseException], bool]
is_hidden = vars(BaseException)["__suppress_context__"].__get__
_set_context: Callable[[BaseException, BaseException | None], None]
_set_context = vars(BaseException)["__context__"].__set__
exit_code_of: Callable[[BaseException], object]
exit_code_of = vars(SystemExit)["code"].__get__
leaves_of: Callable[[BaseException], tuple[BaseException, ...]]
leaves_of = vars(BaseExceptionGroup)["exceptions"].__get__
_get: Callable[[dict[str, object], str], object] = vars(dict)["get"]
mro_of: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__
qualname_of: Callable[[type], str] = vars(type)["__qualname__"].__get__
module_of: Callable[[type], object] = vars(type)["__module__"].__get__

PLAIN = frozenset(
    cls
    for cls in vars(builtins).values()
    if isinstance(cls, type)
    and issubclass(cls, BaseException)
    and cls.__str__ is BaseException.__str__
    and not issubclass(cls, (BaseExceptionGroup, SystemExit, SyntaxError))
)
"""The built-in classes of exceptions that are nothing but their arguments."""


def notes_of(exc: BaseException) -> object:
    """Answer the notes as they are, asking nothing of the user's class."""
    return _get(vars_of(exc), "__notes__")


def is_alone(exc: BaseException) -> bool:
    """Tell whether class, message and frames are all there is to ``exc``."""
    return (
        context_of(exc) is None
        and cause_of(exc) is None
        and notes_of(exc) is None
        and not issubclass(type(exc), (BaseExceptionGroup, SystemExit, SyntaxError))
    )


def is_plain(exc: BaseException) -> bool:
    """Tell whether ``exc`` is alone and its arguments are all its state."""
    cls = type(exc)
    if type(cls) is not type or cls not in PLAIN:
        return False
    state = vars_of(exc)
    return type(state) is dict and not state and is_alone(exc)


def neighbours_of(exc: BaseException) -> list[BaseException]:
    """Answer cause, context and leaves of ``exc``."""
    far = [link for link in (cause_of(exc), context_of(exc)) if link is not None]
    if issubclass(type(exc), BaseExceptionGroup):
        far += leaves_of(exc)
    return far


def spots_of(trace: TracebackType | None, *, skip: int) -> Spots:
    """Note where the frames of ``trace`` are, after ``skip`` others."""
    spots: Spots = []
    while trace is not None:
        spots.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    return spots[skip:]


def hosts_of(exc: BaseException) -> frozenset[int]:
    """Name the frames that are still being executed where ``exc`` was caught."""
    trace = trace_of(exc)
    frame: FrameType | None = None if trace is None else trace.tb_frame
    frames: list[int] = []
    while frame is not None:
        frames.append(id(frame))
        frame = frame.f_back
    return frozenset(frames)


def is_of_host(exc: BaseException, hosts: frozenset[int]) -> bool:
    """Tell whether ``exc`` was being handled by one of ``hosts``."""
    trace = trace_of(exc)
    return trace is not None and id(trace.tb_frame) in hosts


def forget_frames(exc: BaseException, hosts: frozenset[int]) -> None:
    """Free the frames that ``exc`` holds, itself and through its chain.

    What the host was handling keeps its frames, and is taken off the chain.
    """
    seen: set[int] = set()
    stack = [exc]
    while stack:
        link = stack.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        BaseException.with_traceback(link, None)
        context = context_of(link)
        if context is not None and is_of_host(context, hosts):
            _set_context(link, None)
        stack += [far for far in neighbours_of(link) if not is_of_host(far, hosts)]
