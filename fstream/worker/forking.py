"""The fork of a process that is not ours alone.

What forks does so with ``undisturbed`` round it, so that no signal comes between the
fork and what is noted of it, and none reaches the child before it is ready.
"""

import os
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from contextlib import contextmanager
from contextlib import suppress
from importlib import import_module
from inspect import currentframe
from pathlib import Path

from fstream.plan.contexts import ForkWarning

OWN_THREADS = "fstream-"
_PAUSE = 0.001
_PAUSES = 5
_SIGNALS = tuple(map(int, signal.valid_signals()))
# What ``signal`` wraps: it makes an enumeration's member of every number there is,
# and there are 64 signals, which takes as long as half of a fork.
_plain = import_module("_signal")
_set_mask: Callable[[int, Iterable[int]], Iterable[int]] = _plain.pthread_sigmask
_handler_of: Callable[[int], object] = _plain.getsignal
_DEPRECATED = (
    "ignore",
    re.compile("This process .* is multi-threaded, use of fork"),
    DeprecationWarning,
    re.compile(re.escape(__name__)),
    0,
)


@contextmanager
def undisturbed() -> Generator[None]:
    """Block all signals of this thread; in a child they stay blocked."""
    before = _set_mask(signal.SIG_BLOCK, ())
    try:
        _set_mask(signal.SIG_BLOCK, _SIGNALS)
        yield
    finally:
        _set_mask(signal.SIG_SETMASK, before)


def let_signals_in() -> None:
    """Block no signal any more, in a child that is ready for them."""
    _set_mask(signal.SIG_SETMASK, ())


def handled_signals() -> list[int]:
    """Give the signals for which there is a function of Python's."""
    return [number for number in _SIGNALS if callable(_handler_of(number))]


def flush_standard_streams() -> None:
    """Write what waits to be written, or a child would write it once more."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # none, closed, or of the host's own making
            stream.flush()


def fork() -> int:
    """Fork; Python's own warning of threads is ours to give, and said better."""
    filters: object = warnings.filters
    if not isinstance(filters, list):
        return os.fork()
    # It concerns this module only, so nobody else can see it. Nothing is told of the
    # change, or all warnings of the host that were shown would be shown again.
    filters.insert(0, _DEPRECATED)
    try:
        return os.fork()
    finally:
        with suppress(ValueError):  # another thread has exchanged the list
            filters.remove(_DEPRECATED)


def warn_of_threads(context: str) -> None:
    """Warn, in the name of our caller's caller, where others' threads run here."""
    count = _threads_of_others()
    if count:
        text = (
            f"{context} copies this process, in which {count} other"
            f" {'thread runs' if count == 1 else 'threads run'}: a lock that is held"
            " there stays locked in the copy (fstream.ForkWarning says more)"
        )
        warnings.warn(text, ForkWarning, stacklevel=_depth_of_ours())


def _threads_of_others() -> int:
    ours = {
        thread.native_id
        for thread in threading.enumerate()
        if thread.name.startswith(OWN_THREADS)
    }
    ours.add(threading.get_native_id())
    try:
        for _ in range(_PAUSES):
            if not _thread_ids() - ours:
                return 0
            time.sleep(_PAUSE)  # one of ours that was joined needs a moment to go
        return len(_thread_ids() - ours)
    except OSError:  # nothing tells: those that Python knows, without this one
        return threading.active_count() - len(ours)


def _thread_ids() -> set[int | None]:
    return {int(entry.name) for entry in Path("/proc/self/task").iterdir()}


def _depth_of_ours() -> int:
    """How many frames of ours lie between our caller and who called us."""
    depth = 0
    frame = currentframe()
    while frame is not None:
        if not str(frame.f_globals.get("__name__")).startswith("fstream."):
            break
        depth += 1
        frame = frame.f_back
    return depth
