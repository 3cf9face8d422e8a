"""Execution contexts, as descriptions.

A context here says *where* a stage shall run and what that place can do. The
place itself, a backend, lives in ``fstream.contexts`` and is chosen when a plan
is run; building or comparing plans never touches it.
"""

from typing import TypeAlias, final

from fstream.result.value import value


@final
@value
class Inline:
    """The calling thread."""

    def __repr__(self) -> str:
        return "inline()"


@final
@value
class Threads:
    """``width`` threads of this process; items pass by reference."""

    width: int

    def __repr__(self) -> str:
        return f"threads({self.width})"


@final
@value
class Processes:
    """``width`` persistent clean worker processes; items cross as pickles.

    Each is given at most ``recycle`` items, then replaced by another.
    """

    width: int
    recycle: int | None = None

    def __repr__(self) -> str:
        recycle = "" if self.recycle is None else f", recycle={self.recycle}"
        return f"processes({self.width}{recycle})"


@final
@value
class Forks:
    """Up to ``width`` copies of this process at a time, each for one chunk."""

    width: int
    chunk: int | None = None

    def __repr__(self) -> str:
        chunk = "" if self.chunk is None else f", chunk={self.chunk}"
        return f"forks({self.width}{chunk})"


@final
@value
class Tasks:
    """``width`` coroutines in flight on one event loop; items pass by reference."""

    width: int

    def __repr__(self) -> str:
        return f"tasks({self.width})"


Context: TypeAlias = Inline | Threads | Processes | Forks | Tasks
TaskContext: TypeAlias = Tasks


@final
@value
class NamedContext:
    """The context that a run binds to ``name``, else ``default``."""

    name: str
    default: Context | None = None

    def __repr__(self) -> str:
        default = "" if self.default is None else f", default={self.default!r}"
        return f"context({self.name!r}{default})"


Placement: TypeAlias = Context | NamedContext


class ForkWarning(RuntimeWarning):
    """``forks`` was used in a process that has threads of its own.

    A lock that another thread holds at that moment is never released in the child,
    and who waits for it there waits for ever. Once you know that your functions take
    no such lock, switch the warning off.

    >>> import warnings
    >>> warnings.filterwarnings("ignore", category=ForkWarning)
    """


def inline() -> Inline:
    """Run in the calling thread: the default, and what every plan means.

    >>> inline()
    inline()
    """
    return Inline()


def threads(width: int) -> Threads:
    """Run in ``width`` threads, for functions that wait.

    >>> threads(0)
    Traceback (most recent call last):
    ValueError: threads(width=...) must be at least 1, but got 0
    """
    return Threads(_checked("threads", width))


def processes(width: int, *, recycle: int | None = None) -> Processes:
    """Run in ``width`` worker processes, for functions that compute.

    Functions are shipped once to each worker, items and results are pickled. With
    ``recycle`` a worker ends before it would execute more items than that, and a new
    one takes its place: for functions that leak.

    >>> processes(2), processes(2, recycle=1000)
    (processes(2), processes(2, recycle=1000))
    """
    if recycle is not None:
        _checked("processes", recycle, argument="recycle")
    return Processes(_checked("processes", width), recycle)


def forks(width: int, chunk: int | None = None) -> Forks:
    """Run in copies of this process, each for one chunk, ``width`` at a time.

    A copy sees all that this process holds, so functions and items need not be
    pickled, only results. It starts with one item; where items are quick it gets
    more, until its work is ten times what it costs itself. ``chunk`` says instead
    how many it gets at most.

    >>> forks(2), forks(2, chunk=1)
    (forks(2), forks(2, chunk=1))
    """
    if chunk is not None:
        _checked("forks", chunk, argument="chunk")
    return Forks(_checked("forks", width), chunk)


def tasks(width: int) -> Tasks:
    """Run with ``width`` items in flight on one event loop, for coroutine functions.

    The loop has a thread of its own, so it does not matter whether the program runs
    one, too. Plain functions that are placed here are called on the loop, one at
    a time: they should not wait.

    >>> tasks(64)
    tasks(64)
    """
    return Tasks(_checked("tasks", width))


def _checked(name: str, count: object, *, argument: str = "width") -> int:
    if not isinstance(count, int) or isinstance(count, bool):
        text = f"{name}({argument}=...) must be a whole number, but got {count!r}"
        raise TypeError(text)
    if count < 1:
        text = f"{name}({argument}=...) must be at least 1, but got {count}"
        raise ValueError(text)
    return count
