"""The moment at which a worker imports ``logging``, if it ever does.

Nobody who does not log has to pay for it. Finders of modules are asked for
``logging`` when it is first imported; one of ours hears of it.
"""

import sys
from collections.abc import Callable
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.machinery import PathFinder
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import final

from fstream.worker.levels import Levels
from fstream.worker.outbox import Outbox

_NAME = "logging"


def levels_here() -> Levels | None:
    """Tell what the loggers of this process let through, if there may be any."""
    if _NAME not in sys.modules:
        return None
    from fstream.worker.logs import current_levels  # noqa: PLC0415  # as said above

    return current_levels()


def forward_records(levels: Levels, outbox: Outbox, words: memoryview) -> None:
    """Send the log records of this worker to its parent."""

    def begin() -> None:
        from fstream.worker.logs import forward  # noqa: PLC0415  # as said above

        forward(levels, outbox, words)

    if _NAME in sys.modules:
        begin()
    else:
        sys.meta_path.insert(0, _Finder(begin))


def forward_from_copy(outbox: Outbox, words: memoryview) -> list[object]:
    """Send the log records of a copy to its parent; give what is replaced for it."""
    if _NAME not in sys.modules:
        return []
    from fstream.worker import logs  # noqa: PLC0415  # as said above

    return logs.forward_from_copy(outbox, words)


@final
class _Finder:
    """Finds nothing, but has ``heard`` called when ``logging`` is there."""

    __slots__ = ("_heard",)

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _NAME:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Telling(name, spec.loader.path, self._heard)
        return spec


@final
class _Telling(SourceFileLoader):
    """Loads a module, then tells."""

    def __init__(self, name: str, path: str, heard: Callable[[], None]) -> None:
        super().__init__(name, path)
        self._heard = heard

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self._heard()
