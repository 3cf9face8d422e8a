"""Execution contexts at work: the place where segments run."""

from typing import assert_never

from fstream.contexts.inline import InlineBackend
from fstream.contexts.processes import ProcessBackend
from fstream.contexts.processes import unshippable
from fstream.contexts.threads import ThreadBackend
from fstream.interpreter.chunk import Backend
from fstream.plan.contexts import Context
from fstream.plan.contexts import Inline
from fstream.plan.contexts import Processes
from fstream.plan.contexts import Threads

__all__ = ["backend_for", "unshippable"]


def backend_for(context: Context) -> Backend:
    """Give a new backend for ``context``; nothing is started yet."""
    match context:
        case Inline():
            return InlineBackend(context)
        case Threads():
            return ThreadBackend(context)
        case Processes():
            return ProcessBackend(context)
        case _:
            assert_never(context)
