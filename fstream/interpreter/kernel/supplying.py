"""Resources at work: opened before the first item, kept, closed at the end."""

from collections.abc import Callable
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import cast, final

from fstream.interpreter.kernel.cared import Cared
from fstream.interpreter.kernel.cared import Collected
from fstream.interpreter.log import complain
from fstream.plan.labels import Label
from fstream.plan.nodes import Erased
from fstream.plan.supplied import Opener
from fstream.plan.supplied import Supplied


@final
@dataclass(slots=True)
class Supplying:
    """Calls ``fn`` with a resource, which is opened by the first call.

    ``is_opening`` is true while that is tried, and stays so where it has failed; the
    next call tries it again.
    """

    open: Opener
    fn: Callable[[object, object], object]
    manager: AbstractContextManager[object] | None = None
    resource: object = None
    is_opening: bool = False

    def __call__(self, item: object) -> object:
        """Call ``fn`` with the resource and ``item``."""
        if self.manager is None:
            self.begin()
        return self.fn(self.resource, item)

    def begin(self) -> None:
        """Open the resource."""
        self.is_opening = True
        manager = self.open()
        self.resource = manager.__enter__()
        self.manager = manager
        self.is_opening = False

    def end(self) -> None:
        """Close the resource, if it is open; raises what closing it raises."""
        manager, self.manager, self.resource = self.manager, None, None
        if manager is not None:
            manager.__exit__(None, None, None)


def supplied(fn: Erased) -> Erased:
    """``fn``, with a resource of its own if it needs one."""
    if not isinstance(fn, Supplied):
        return fn
    # Erased: it is called with what its opener and the stage before gave.
    return Supplying(fn.open, cast("Callable[[object, object], object]", fn.fn))


def supplying_in(bound: Mapping[str, object]) -> dict[int, Supplying]:
    """The functions in ``bound`` that have a resource, by their stages."""
    found = {name: _inner(function) for name, function in bound.items()}
    return {
        int(name[1:]): function
        for name, function in found.items()
        if isinstance(function, Supplying)
    }


def close(supplying: Mapping[int, Supplying], labels: Mapping[int, Label]) -> None:
    """Close all resources, the last opened first; a failure is logged."""
    for stage, each in sorted(supplying.items(), reverse=True):
        try:
            each.end()
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001 - it is no item's, and the end
            complain(exc, "closing the resource of stage %s failed", labels[stage].name)


def _inner(function: object) -> object:
    while isinstance(function, Cared | Collected):
        function = function.fn
    return function


OWN = (Supplying.__call__, Supplying.begin)
"""Functions whose frames are no part of what users' exceptions tell."""
