"""Whether this process may start workers at all."""

import sys

from fstream.worker.setting import depth

DEEPEST = 4


def why_too_deep() -> str | None:
    """Tell why this process is copied no more, if it stands too deep."""
    if depth() < DEEPEST:
        return None
    return f"a run in a worker, nested {DEEPEST} deep, starts no more workers"


def why_no_workers() -> str | None:
    """Tell why there can be no clean workers here."""
    too_deep = why_too_deep()
    if too_deep is not None:
        return too_deep
    if getattr(sys, "frozen", False) or not sys.executable:
        return "this program is no Python interpreter that could run one"
    return None
