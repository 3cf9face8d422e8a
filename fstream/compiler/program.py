"""The program: a plan that is placed, fused and numbered.

A program is a *line* of steps. A **segment** is a run of operations fused for
one context; a **split** sends each item of a tagged stream ``(way, item)``
through the line of its way and joins the results in the order of the law::

    line    = step*
    step    = segment | split
    split   = one line a way, and the tag each way's results get (or none)
    op      = leaf | seq | branch | copy | ways | handle | arrest

Operations carry the number of their stage in ``Program.stages``, which is how
failures and the ledger name it.
"""

from typing import TypeAlias, final

from fstream.plan.choosing import Test
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.labels import Label
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Erased
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Fold
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Origin
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Wrap
from fstream.result.value import named_value
from fstream.result.value import value


@final
@value
class Scatter:
    """Tag each item with the number of the first test it passes."""

    tests: tuple[Test, ...]


@final
@value
class Replicate:
    """Give each item ``ways`` times, tagged 0, 1, 2, ..."""

    ways: int


Leafs: TypeAlias = (
    Map
    | FlatMap
    | Filter
    | Try
    | Emitting
    | Batch
    | Keeping
    | Unbatch
    | Leave
    | Wrap
    | Mark
    | Scatter
    | Replicate
)


@final
@value
class Leaf:
    """One stage of the plan."""

    number: int
    node: Leafs


@final
@value
class Seq:
    """Operations one after the other."""

    ops: "tuple[Op, ...]"


@final
@value
class Branch:
    """Each item through the first arm whose test it passes."""

    number: int
    tests: tuple[Test, ...]
    arms: "tuple[Op, ...]"


@final
@value
class Copy:
    """Each item through every arm, one after the other."""

    number: int
    arms: "tuple[Op, ...]"


@final
@value
class Ways:
    """Each ``(n, item)`` of merged sources through arm ``n``, as ``item``."""

    number: int
    arms: "tuple[Op, ...]"


@final
@value
class Handle:
    """What exits ``body`` goes through ``handler``, in its place."""

    body: "Op"
    handler: "Op"


@final
@value
class Arrest:
    """What fails an item in ``body`` exits it, past ``up`` handlers in between."""

    body: "Op"
    up: int = 0


Op: TypeAlias = Leaf | Seq | Branch | Copy | Ways | Handle | Arrest


@final
@named_value
class Segment:
    """Operations fused for one context.

    ``exits`` is how many handlers outside take what exits. If there are some,
    items leave as ``(0, item)`` and what exits to the k-th of them as
    ``(k, exit)``; any other exit is open, a failure of its item. ``stages`` are
    the numbers of its stages, ``labels`` their labels. ``is_onward`` says that its
    results go straight to a segment in other processes.
    """

    number: int
    context: Context
    op: Op
    exits: int
    stages: tuple[int, ...]
    labels: tuple[Label, ...]
    is_onward: bool = False


@final
@value
class Split:
    """Ways of a tagged stream; ``tags[way]`` is put on a way's plain results."""

    ways: "tuple[Line, ...]"
    tags: tuple[int | None, ...]


Step: TypeAlias = Segment | Split
Line: TypeAlias = tuple[Step, ...]


@final
@value
class Dispatch:
    """Each item ``(number, item)`` goes to the sink of that number."""

    sinks: "tuple[Ending, ...]"


@final
@value
class Everyone:
    """Each item goes to every sink."""

    sinks: "tuple[Ending, ...]"


@final
@value
class Mapped:
    """The answer of ``sink``, replaced by ``fn`` of it."""

    sink: "Ending"
    fn: Erased


Ending: TypeAlias = Collect | Fold | Count | Drain | Dispatch | Everyone | Mapped


@final
@named_value
class StageEntry:
    """A stage as failures and the ledger name it.

    ``unbound`` is where it was to run, if the run binds nothing to that name.
    """

    label: Label
    kind: str
    context: Context
    unbound: NamedContext | None = None


@final
@named_value
class Program:
    """A placed, fused and numbered plan.

    ``flushes`` are the stages that hold items, in the order in which they give
    them at the end. ``ends`` are those that may end the run before its source does.
    """

    origin: Origin
    line: Line
    segments: tuple[Segment, ...]
    stages: tuple[StageEntry, ...]
    flushes: tuple[int, ...]
    ends: tuple[int, ...]
    ending: Ending
