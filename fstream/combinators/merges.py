"""Merge: several sources as one."""

from typing import TypeVar, overload

from fstream.plan.labels import label
from fstream.plan.nodes import ByTurn
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Merged
from fstream.plan.typed import Source
from fstream.plan.typed import check_source

A1 = TypeVar("A1")
A2 = TypeVar("A2")
A3 = TypeVar("A3")
A4 = TypeVar("A4")
A5 = TypeVar("A5")
A6 = TypeVar("A6")
A7 = TypeVar("A7")
A8 = TypeVar("A8")
E1 = TypeVar("E1")
E2 = TypeVar("E2")
E3 = TypeVar("E3")
E4 = TypeVar("E4")
E5 = TypeVar("E5")
E6 = TypeVar("E6")
E7 = TypeVar("E7")
E8 = TypeVar("E8")


@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    /,
) -> Source[A1 | A2]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    /,
) -> Source[A1 | A2, E1 | E2]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    /,
) -> Source[A1 | A2 | A3]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    /,
) -> Source[A1 | A2 | A3, E1 | E2 | E3]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    s4: Source[A4],
    /,
) -> Source[A1 | A2 | A3 | A4]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    s4: Source[A4, E4],
    /,
) -> Source[A1 | A2 | A3 | A4, E1 | E2 | E3 | E4]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    s4: Source[A4],
    s5: Source[A5],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    s4: Source[A4, E4],
    s5: Source[A5, E5],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5, E1 | E2 | E3 | E4 | E5]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    s4: Source[A4],
    s5: Source[A5],
    s6: Source[A6],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5 | A6]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    s4: Source[A4, E4],
    s5: Source[A5, E5],
    s6: Source[A6, E6],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5 | A6, E1 | E2 | E3 | E4 | E5 | E6]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    s4: Source[A4],
    s5: Source[A5],
    s6: Source[A6],
    s7: Source[A7],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5 | A6 | A7]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    s4: Source[A4, E4],
    s5: Source[A5, E5],
    s6: Source[A6, E6],
    s7: Source[A7, E7],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5 | A6 | A7, E1 | E2 | E3 | E4 | E5 | E6 | E7]: ...
@overload
def merge(
    s1: Source[A1],
    s2: Source[A2],
    s3: Source[A3],
    s4: Source[A4],
    s5: Source[A5],
    s6: Source[A6],
    s7: Source[A7],
    s8: Source[A8],
    /,
) -> Source[A1 | A2 | A3 | A4 | A5 | A6 | A7 | A8]: ...
@overload
def merge(
    s1: Source[A1, E1],
    s2: Source[A2, E2],
    s3: Source[A3, E3],
    s4: Source[A4, E4],
    s5: Source[A5, E5],
    s6: Source[A6, E6],
    s7: Source[A7, E7],
    s8: Source[A8, E8],
    /,
) -> Source[
    A1 | A2 | A3 | A4 | A5 | A6 | A7 | A8, E1 | E2 | E3 | E4 | E5 | E6 | E7 | E8
]: ...
def merge(*sources: Source[object, object]) -> Source[object, object]:
    """Take one item of each source in turn, until all have ended.

    An item goes through the stages of its own source before the next one is pulled;
    a source that has ended is left out of the turn. Sources are opened at their first
    turn. One that raises has ended, and that is one ``SourceFailed``: it counts in
    ``tolerate``, and where it is tolerated the others go on. At the end stages that
    hold items give them, those of the first source first.

    A source is asked when it is its turn, and the others wait for it. A ``take`` among
    the stages of one drops what follows there, and does not end it.

    >>> from fstream import collect, map_stage, run, source
    >>> numbers = source([1, 2, 3]).via(map_stage(lambda n: 10 * n))
    >>> run(merge(numbers, source("ab")).to(collect()))
    <Success: (10, 'a', 20, 'b', 30)>
    >>> merge(source([1]), source("a"))  # doctest: +ELLIPSIS
    merge(           # ...
        source([1])  # ...
        source('a')  # ...
    )
    """
    for each in sources:
        check_source(each, "each source of merge(...)")
    if not sources:
        text = "merge(...) needs at least one source"
        raise TypeError(text)
    flows = tuple(each.node for each in sources)
    stages = tuple(flow.stage for flow in flows)
    nothing = Chain(())
    begun = nothing if all(stage == nothing for stage in stages) else ByTurn(stages)
    return Source(Flow(Merged(flows, label("merge")), begun))
