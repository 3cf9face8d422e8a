"""The check of a program: every reason why it cannot run, at once."""

from collections.abc import Callable

from fstream.compiler.program import Program
from fstream.compiler.program import Segment


def check(
    program: Program, unshippable: Callable[[Segment], str | None]
) -> tuple[str, ...]:
    """All reasons why ``program`` cannot run; none if it can.

    ``unshippable`` tells why a segment cannot be given to its context.
    """
    reasons = (unshippable(segment) for segment in program.segments)
    return tuple(reason for reason in reasons if reason is not None)
