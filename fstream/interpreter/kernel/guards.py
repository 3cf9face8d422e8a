"""Exits and guards: how an item's path leaves the straight way.

A guard is how many handlers outside a failure exits past (``None``: it does not
exit, and is a fault). What follows a path that ends can stand below it; what
follows a path that goes on to a handler must stand beside it, in an ``else``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace
from typing import TypeAlias, final

from fstream.interpreter.kernel.template import Template
from fstream.interpreter.kernel.writer import At

Writing: TypeAlias = Callable[[At], None]


@final
@dataclass(frozen=True, slots=True)
class Guards:
    """Writes exits, and guards round what may fail, into ``template``."""

    template: Template

    def exit(self, at: At, value: str, *, stage: int, up: int = 0) -> None:
        """Send ``value`` past ``up`` handlers to the next one outside."""
        if up >= len(at.exits):
            self.template.opened(at, value, stage)
        else:
            at.exits[-1 - up].write(at, value)

    def ends(self, at: At, up: int = 0) -> bool:
        """Whether the item's path ends with an exit past ``up`` handlers."""
        return up >= len(at.exits) or at.exits[-1 - up].ends

    def either(
        self, at: At, test: str, *, out: Writing, on: Writing, up: int = 0
    ) -> None:
        """Write the exit ``out`` where ``test`` holds, else ``on``."""
        if not self.ends(at, up):
            at.suite(test, out)
            at.suite("else:", on)
            return

        def leave(inner: At) -> None:
            out(inner)
            inner.line(inner.end)

        at.suite(test, leave)
        on(at)

    def guarded(
        self, at: At, *, guard: int | None, stage: int, call: Writing, go: Writing
    ) -> None:
        """Write ``call``, then ``go``; what fails in ``call`` exits past ``guard``."""
        if guard is None or guard >= len(at.exits):
            call(at)
            go(at)
            return
        net = self.template.number()
        at.line(f"e{net} = None")
        at.suite("try:", lambda inner: call(replace(inner.nested(), net=net)))
        at.line("except BaseException as exc:")
        where = f"{at.x}, {net}{self.template.position_there}"
        at.line(f"    e{net} = arrest(exc, {where})")
        at.line(f"    if e{net} is None:")
        at.line("        raise")

        def out(inner: At) -> None:
            self.exit(inner, f"e{net}", stage=stage, up=guard)

        self.either(at, f"if e{net} is not None:", out=out, on=go, up=guard)
