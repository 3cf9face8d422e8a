"""What a copy of this process inherits, and must have nothing to do with."""

import os
from typing import Protocol
from weakref import ref


class Inherited(Protocol):
    """Something that leads to a process which is the parent's."""

    def forget(self) -> None:
        """Close all that leads there, without a word."""


# No weak set: it calls Python for all that ends, and Ctrl-C may come there, too.
_living: dict[int, ref[Inherited]] = {}


def forget_in_copies(thing: Inherited) -> None:
    """Have ``thing`` forgotten in every copy of this process, as long as it lives."""
    for key, reference in list(_living.items()):
        if reference() is None:
            _living.pop(key, None)
    _living[id(thing)] = ref(thing)


def _forget_all() -> None:
    for reference in list(_living.values()):
        thing = reference()
        if thing is not None:
            thing.forget()
    _living.clear()


os.register_at_fork(after_in_child=_forget_all)
