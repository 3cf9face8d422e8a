"""Glimpses of what users' objects raise while they are moved."""

from types import TracebackType

from fstream.result.anatomy import trace_of
from fstream.result.captured import Glimpse
from fstream.result.captured import glimpse


def glimpse_outside(exc: BaseException, item: object) -> Glimpse:
    """Glimpse ``exc`` without those of its outermost frames that are ours."""
    trace = trace_of(exc)
    while trace is not None and trace.tb_next is not None and _is_ours(trace.tb_next):
        trace = trace.tb_next
    return glimpse(BaseException.with_traceback(exc, trace), item)


def _is_ours(trace: TracebackType) -> bool:
    module: object = trace.tb_frame.f_globals.get("__name__")
    return isinstance(module, str) and module.startswith("fstream.")
