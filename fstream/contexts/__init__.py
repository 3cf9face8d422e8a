"""Execution contexts at work: the place where segments run.

A context's module is imported by the first run that names it: workers and their
transport are a third of the library, and many programs run inline only.
"""

from typing import assert_never

from fstream.compiler.program import Segment
from fstream.interpreter.chunk import Backend
from fstream.plan.contexts import Context
from fstream.plan.contexts import Forks
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes
from fstream.plan.contexts import Tasks
from fstream.plan.contexts import Threads

__all__ = ["backend_for", "unshippable"]


def backend_for(context: Context) -> Backend:
    """Give a new backend for ``context``; nothing is started yet."""
    # ruff: disable[PLC0415]
    match context:
        case Inline():
            from fstream.contexts.inline import InlineBackend

            return InlineBackend(context)
        case Threads():
            from fstream.contexts.threads import ThreadBackend

            return ThreadBackend(context)
        case Tasks():
            from fstream.contexts.tasks import TaskBackend

            return TaskBackend(context)
        case Processes():
            from fstream.contexts.processes import ProcessBackend

            return ProcessBackend(context)
        case Forks():
            from fstream.contexts.forks import ForkBackend

            return ForkBackend(context)
        case _:
            assert_never(context)
    # ruff: enable[PLC0415]


def unshippable(segment: Segment) -> tuple[str, ...]:
    """Tell all reasons why ``segment`` cannot be given to its context."""
    match segment.context:
        case Inline() | Threads() | Tasks():
            return ()
        case Forks():
            from fstream.worker.allowed import why_too_deep  # noqa: PLC0415

            reason = why_too_deep()
            text = f"stages cannot run in {segment.context!r}: {reason}"
            return () if reason is None else (text,)
        case Processes():
            from fstream.contexts import shipping  # noqa: PLC0415 - as said above

            return shipping.unshippable(segment)
        case _:
            assert_never(segment.context)
