"""The closed set of operations a plan can contain.

A node is data: frozen, slotted, comparable, and picklable whenever its
functions are. Nothing in this module runs user code; the one reading that
gives nodes their meaning is ``fstream.interpreter.kernel``.

Functions are stored erased. ``Callable[[Never], object]`` accepts every
one-argument function without a cast, and refuses to be called by accident.
The types users see live in ``fstream.plan.typed``.
"""

from collections.abc import Callable
from typing import Literal, Never, TypeAlias, final

from fstream.plan.choosing import Test
from fstream.plan.contexts import Placement
from fstream.plan.labels import Label
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.origins import Made
from fstream.plan.rules import Rule
from fstream.result.value import value

Erased: TypeAlias = Callable[[Never], object]
Folding: TypeAlias = Callable[[Never, Never], object]


# ---- sources


@final
@value
class Merged:
    """The items of several sources, one of each in turn.

    Where ``flows`` have stages, each item comes as ``(number, item)`` with the number
    of its source, and the flow that begins here begins with ``ByTurn``.
    """

    flows: "tuple[Flow, ...]"
    label: Label


Origin: TypeAlias = Items | Made | Live | Merged


# ---- stages that call a function

Calls: TypeAlias = Literal["plainly", "awaiting"]


@final
@value
class Map:
    """Replace each item by ``fn(item)``, awaited where ``fn`` gives an awaitable."""

    fn: Erased
    label: Label
    calls: Calls = "plainly"


@final
@value
class FlatMap:
    """Replace each item by the items of ``fn(item)``, one after the other."""

    fn: Erased
    label: Label


@final
@value
class Filter:
    """Keep the items for which ``fn(item)`` is true."""

    fn: Erased
    label: Label


@final
@value
class Try:
    """Replace each item by the success of ``fn(item)``; its failure exits."""

    fn: Erased
    label: Label
    calls: Calls = "plainly"


@final
@value
class Emitting:
    """Send on what ``fn(item)`` emits: items go on, messages exit."""

    fn: Erased
    label: Label


# ---- stages without a function


@final
@value
class Batch:
    """Collect ``size`` items into a tuple; the rest follows at the end."""

    size: int
    within: float | None
    label: Label


@final
@value
class Keeping:
    """Keep a state that items change, in their order, as ``rule`` says."""

    rule: Rule
    label: Label


@final
@value
class Unbatch:
    """Send on the items of each tuple, one after the other."""

    label: Label


@final
@value
class Leave:
    """Let every item exit: as itself, or as a message to ``port``."""

    port: Callable[[Never], object] | None
    label: Label


@final
@value
class Wrap:
    """Wrap each item: ``Success(item)`` or ``Failure(item)`` (for attempt)."""

    case: Literal["success", "failure"]


@final
@value
class Mark:
    """Replace each item by ``(number, item)``: which sink it is for."""

    number: int


# ---- stages made of stages


@final
@value
class Chain:
    """Run ``steps`` one after the other; none is the identity."""

    steps: "tuple[Stage, ...]"


@final
@value
class Arm:
    """A way through a route."""

    test: Test
    stage: "Stage"


@final
@value
class Route:
    """Send each item through the first arm whose test it passes."""

    arms: tuple[Arm, ...]
    label: Label


@final
@value
class Broadcast:
    """Send each item through every arm, one after the other."""

    arms: "tuple[Stage, ...]"
    label: Label


@final
@value
class ByTurn:
    """Send each ``(number, item)`` of merged sources through the stages of its own."""

    stages: "tuple[Stage, ...]"


@final
@value
class Recover:
    """Send what exits ``body`` through ``handler``, in its place."""

    body: "Stage"
    handler: "Stage"


@final
@value
class Catch:
    """Let what fails an item in ``body`` exit it, as a value."""

    body: "Stage"


@final
@value
class Within:
    """Place the stages of ``body`` that name no context of their own."""

    context: Placement
    body: "Stage"


Stage: TypeAlias = (
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
    | Chain
    | Route
    | Broadcast
    | ByTurn
    | Recover
    | Catch
    | Within
)


# ---- sinks


@final
@value
class Collect:
    """Answer all items as a tuple."""


@final
@value
class Fold:
    """Answer ``fn(...fn(fn(init, a), b)..., z)``."""

    init: object
    fn: Folding


@final
@value
class Count:
    """Answer how many items came."""


@final
@value
class Drain:
    """Answer ``None`` when all items have come."""


@final
@value
class Piped:
    """Send items through ``stage`` on their way to ``sink``."""

    stage: Stage
    sink: "Sink"


@final
@value
class MapResult:
    """Answer ``fn(answer of sink)``."""

    sink: "Sink"
    fn: Erased


@final
@value
class All:
    """Send each item to every one of ``sinks``; answer the tuple of answers."""

    sinks: "tuple[Sink, ...]"


@final
@value
class Divert:
    """Send items to ``main``, what exits on the way to ``aside``; answer both."""

    stage: Stage
    main: "Sink"
    aside: "Sink"


Sink: TypeAlias = Collect | Fold | Count | Drain | Piped | MapResult | All | Divert
Node: TypeAlias = Origin | Stage | Sink


@final
@value
class Flow:
    """A source with the stages after it."""

    origin: Origin
    stage: Stage


@final
@value
class Pipeline:
    """A closed plan: a flow and the sink where it ends."""

    flow: Flow
    sink: Sink
