"""The filters of warnings, as they cross to a worker.

Their categories go by name, because a user's class may not load. One whose module
the worker has not imported cannot be warned of there, so its filter is left out.
"""

import re
import sys
import warnings
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

_Action: TypeAlias = Literal["default", "error", "ignore", "always", "module", "once"]


class Filter(NamedTuple):
    """One of ``warnings.filters``; empty patterns match everything."""

    action: str
    message: str
    category: tuple[str, str]
    module: str
    line: int


def current_filters() -> tuple[Filter, ...]:
    """Tell the filters of this process."""
    return tuple(
        Filter(
            action,
            _pattern(message),
            (category.__module__, category.__qualname__),
            _pattern(module),
            line,
        )
        for action, message, categories, module, line in warnings.filters
        for category in (categories if isinstance(categories, tuple) else [categories])
    )


def take_over(filters: Sequence[Filter]) -> None:
    """Make ``filters`` those of this process."""
    if filters == current_filters():
        return
    warnings.resetwarnings()
    for each in filters:
        category = _category(*each.category)
        if category is not None:
            warnings.filterwarnings(
                cast("_Action", each.action),
                message=each.message,
                category=category,
                module=each.module,
                lineno=each.line,
                append=True,
            )


def _pattern(told: re.Pattern[str] | str | None) -> str:
    if told is None:
        return ""
    # Those that the interpreter starts with hold texts, which must be met exactly.
    return rf"{re.escape(told)}\Z" if isinstance(told, str) else told.pattern


def _category(module: str, name: str) -> type[Warning] | None:
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if isinstance(found, type) and issubclass(found, Warning):
        return found
    return None
