"""Labels: a stage's name, site, context, care.

Combinators make them from what they were given; a wrong argument is refused
here, at the user's call, in one sentence that names the argument.
"""

import inspect
from collections.abc import Callable
from dataclasses import field
from functools import partial
from types import FrameType
from typing import Never, final

from fstream.plan.care import CARELESS
from fstream.plan.care import Care
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import Placement
from fstream.plan.contexts import TaskContext
from fstream.result.value import named_value

_OURS = ("fstream.plan.", "fstream.combinators.", "fstream.api", "fstream.running")


@final
@named_value
class Site:
    """Where in the user's code a stage was written; never part of equality."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@final
@named_value
class Label:
    """What a stage is called, where it was written, where and how it shall run."""

    name: str
    site: Site = field(compare=False)
    on: Placement | None = None
    care: Care = CARELESS


def label_for(
    fn: Callable[[Never], object] | Callable[[Never, Never], object],
    call: str,
    argument: str = "fn",
    *,
    on: Placement | None = None,
    name: str | None = None,
    care: Care = CARELESS,
) -> Label:
    """Label a stage that calls ``fn``, checking all that ``call`` was given."""
    check_function(fn, f"{call}({argument}=...)")
    if on is not None:
        check_context(on, f"{call}(on=...)")
    return _labelled(fn, call, on=on, name=name, care=care)


def label_for_awaited(
    fn: Callable[[Never], object],
    call: str,
    *,
    on: TaskContext | NamedContext,
    name: str | None,
    care: Care,
) -> Label:
    """Label a stage that awaits what ``fn`` gives, checking as ``label_for`` does."""
    check_callable(fn, f"{call}(fn=...)")
    check_task_context(on, f"{call}(on=...)")
    return _labelled(fn, call, on=on, name=name, care=care)


def _labelled(
    fn: object,
    call: str,
    *,
    on: Placement | None,
    name: str | None,
    care: Care,
) -> Label:
    if name is not None:
        check_name(name, f"{call}(name=...)")
    own = function_name(fn) if name is None else name
    return Label(name=own, site=caller(), on=on, care=care)


def label(name: str) -> Label:
    """Label a stage with ``name`` and the place where the user wrote it."""
    return Label(name=name, site=caller())


def check_function(fn: object, argument: str) -> None:
    """Refuse what is no plain function."""
    check_callable(fn, argument)
    if inspect.iscoroutinefunction(fn) or _is_async_call(fn):
        own = function_name(fn)
        text = (
            f"{argument} must be a plain function, but {own} is a coroutine"
            f" function, which goes into map_async({own}, on=tasks(n)) or try_async"
        )
        raise TypeError(text)


def check_callable(value: object, argument: str) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        text = f"{argument} must be callable, but got {value!r}"
        raise TypeError(text)


def check_class(value: object, argument: str) -> None:
    """Refuse what is no class."""
    if not isinstance(value, type):
        text = f"{argument} must be a class, but got {value!r}"
        raise TypeError(text)


def check_context(value: object, argument: str) -> None:
    """Refuse what is no context."""
    if not isinstance(value, Placement):
        text = f"{argument} must be a context such as threads(4), but got {value!r}"
        raise TypeError(text)


def check_task_context(value: object, argument: str) -> None:
    """Refuse what is no context for coroutines."""
    if not isinstance(value, TaskContext | NamedContext):
        text = f"{argument} must be a context such as tasks(64), but got {value!r}"
        raise TypeError(text)


def check_count(value: object, argument: str, *, least: int) -> None:
    """Refuse what is no whole number, or one below ``least``."""
    if not isinstance(value, int) or isinstance(value, bool):
        text = f"{argument} must be a whole number, but got {value!r}"
        raise TypeError(text)
    if value < least:
        text = f"{argument} must be at least {least}, but got {value}"
        raise ValueError(text)


def check_name(value: object, argument: str) -> None:
    """Refuse what is no name."""
    if not isinstance(value, str):
        text = f"{argument} must be text, but got {value!r}"
        raise TypeError(text)
    if not value:
        text = f"{argument} must not be empty"
        raise ValueError(text)


def function_name(fn: object) -> str:
    """Say what ``fn`` is called, without where it was defined locally."""
    if isinstance(fn, partial):
        return function_name(fn.func)
    own = getattr(fn, "__qualname__", None) or getattr(fn, "__name__", None)
    found = own if isinstance(own, str) else type(fn).__qualname__
    return found.rpartition("<locals>.")[2]


def _is_async_call(fn: object) -> bool:
    return inspect.iscoroutinefunction(type(fn).__call__)


def caller() -> Site:
    """Find the line of users' code that we were called from."""
    frame = inspect.currentframe()
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return Site(file="<unknown>", line=0)
    return Site(file=frame.f_code.co_filename, line=frame.f_lineno)


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(_OURS)
