"""The check of a program: every reason why it cannot run, at once."""

from collections.abc import Callable

from fstream.compiler.program import Program
from fstream.compiler.program import Segment


def check(
    program: Program, unshippable: Callable[[Segment], tuple[str, ...]]
) -> tuple[str, ...]:
    """All reasons why ``program`` cannot run; none if it can.

    ``unshippable`` tells why a segment cannot be given to its context.
    """
    return tuple(why for segment in program.segments for why in unshippable(segment))
