"""The check of a program: every reason why it cannot run, at once."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from fstream.compiler.program import Program
from fstream.compiler.program import Segment
from fstream.compiler.program import StageEntry
from fstream.compiler.shape import leaves
from fstream.plan.contexts import Tasks
from fstream.plan.nodes import Map
from fstream.plan.nodes import Try


def check(
    program: Program, unshippable: Callable[[Segment], tuple[str, ...]]
) -> tuple[str, ...]:
    """All reasons why ``program`` cannot run; none if it can.

    ``unshippable`` tells why a segment cannot be given to its context.
    """
    reasons = [*_unbound(program.stages)]
    for segment in program.segments:
        reasons += _not_awaited(segment, program.stages)
        reasons += unshippable(segment)
    return tuple(reasons)


def _unbound(stages: Sequence[StageEntry]) -> Iterator[str]:
    """The stages whose context has a name that the run does not bind."""
    for stage in stages:
        label, named = stage.label, stage.unbound
        if named is not None and label.name:
            yield (
                f"{label.name} ({label.site}) cannot run in {named!r}:"
                " this run binds nothing to that name"
            )


def _not_awaited(segment: Segment, stages: Sequence[StageEntry]) -> Iterator[str]:
    """The coroutine functions whose name was bound to another context than tasks."""
    if isinstance(segment.context, Tasks):
        return
    for leaf in leaves(segment.op):
        match leaf.node:
            case Map(_, label, "awaiting") | Try(_, label, "awaiting"):
                if stages[leaf.number].unbound is None:
                    yield (
                        f"{label.name} ({label.site}) cannot run in"
                        f" {segment.context!r}: it is a coroutine function, which"
                        " needs a context such as tasks(64)"
                    )
            case _:
                continue
