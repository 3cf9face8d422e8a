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
    """``width`` persistent clean worker processes; items cross as pickles."""

    width: int

    def __repr__(self) -> str:
        return f"processes({self.width})"


Context: TypeAlias = Inline | Threads | Processes


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


def processes(width: int) -> Processes:
    """Run in ``width`` worker processes, for functions that compute.

    Functions are shipped once to each worker, items and results are pickled.

    >>> processes(2)
    processes(2)
    """
    return Processes(_checked("processes", width))


def _checked(name: str, width: object) -> int:
    if not isinstance(width, int) or isinstance(width, bool):
        text = f"{name}(width=...) must be a whole number, but got {width!r}"
        raise TypeError(text)
    if width < 1:
        text = f"{name}(width=...) must be at least 1, but got {width}"
        raise ValueError(text)
    return width
