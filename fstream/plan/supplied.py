"""Functions that need a resource besides their item."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Never, TypeAlias, cast, final

from fstream.result.value import value

Opener: TypeAlias = Callable[[], AbstractContextManager[object]]


@final
@value
class Supplied:
    """Gives ``fn(resource, item)``; ``open()`` is the resource's context manager.

    Who executes a stage keeps the resource open from item to item.
    """

    open: Opener
    fn: Callable[[Never, Never], object]

    def __call__(self, item: Never) -> object:
        """Call ``fn`` with a resource for this one item."""
        with self.open() as resource:
            # Erased: the types were checked where the stage was made.
            return cast("Callable[[object, object], object]", self.fn)(resource, item)
