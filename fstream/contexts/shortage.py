"""A shortage of worker processes, which the system refuses to start."""

import os
import time
import warnings
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.parcels import refused
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Returned
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Processes
from fstream.worker.blame import glimpse_outside

_PAUSE = 1.0


@final
class Shortage:
    """Why there are fewer workers than asked for: told of once, retried each second.

    Descriptors, processes or memory have run out. Workers that are there go on;
    where there is none, calls fail with what the system said.
    """

    __slots__ = ("_again", "_cause", "_context")

    def __init__(self, context: Processes | Forks) -> None:
        self._again = 0.0
        self._cause: OSError | None = None
        self._context = context

    def is_acute(self) -> bool:
        """Whether it is too early for another attempt."""
        return time.monotonic() < self._again

    def note(self, cause: OSError, *, living: int) -> None:
        """Take notice of a failed start, and warn where ``living`` workers go on."""
        is_told = self._cause is not None
        self._cause = cause
        self._again = time.monotonic() + _PAUSE
        if living and not is_told:
            reason = _reason(cause)
            text = (
                f"{self._context!r} cannot start more workers than {living}: {reason}"
            )
            warnings.warn(text, RuntimeWarning, stacklevel=2)

    def answer(self, call: Call, segment: Segment) -> Returned:
        """Answer ``call``, which nobody can execute."""
        number = 0 if self._cause is None else self._cause.errno or 0
        reason = _reason(self._cause)
        cause = OSError(number, f"no worker process could be started: {reason}")
        details = glimpse_outside(cause, None).details()
        return refused(call, details, stage=segment.stages[0])


def _reason(cause: OSError | None) -> str:
    return os.strerror(cause.errno or 0) if cause is not None else "unknown"
