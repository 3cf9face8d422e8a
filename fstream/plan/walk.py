"""The ways through a plan's nodes.

``walk`` reads a node with all that is in it, ``placements`` the contexts that are
named there, ``chained`` joins stages, ``renamed`` gives a stage another name. None
of them calls a user's function.
"""

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias, assert_never

from fstream.plan.contexts import Placement
from fstream.plan.labels import Label
from fstream.plan.nodes import All
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Broadcast
from fstream.plan.nodes import ByTurn
from fstream.plan.nodes import Catch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Divert
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Fold
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import MapResult
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Node
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Route
from fstream.plan.nodes import Stage
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Within
from fstream.plan.nodes import Wrap
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.origins import Made

Part: TypeAlias = Node | Flow | Pipeline


def walk(part: Part) -> Iterator[Node]:
    """Give ``part`` and all nodes in it, in plan order, outer before inner."""
    if not isinstance(part, Flow | Pipeline):
        yield part
    for inner in parts(part):
        yield from walk(inner)


def parts(part: Part) -> tuple[Part, ...]:
    """Give what ``part`` is made of, in plan order."""
    match part:
        case Pipeline(a, b) | Flow(a, b) | Piped(a, b) | Recover(a, b):
            return (a, b)
        case Chain(several) | Broadcast(several) | ByTurn(several) | All(several):
            return several
        case Merged(flows):  # their stages are those of ``ByTurn``
            return tuple(flow.origin for flow in flows)
        case Route(arms):
            return tuple(arm.stage for arm in arms)
        case Catch(body) | Within(_, body) | MapResult(body):
            return (body,)
        case Divert(stage, main, aside):
            return (stage, main, aside)
        case (
            (
                Items()
                | Made()
                | Live()
                | Map()
                | FlatMap()
                | Filter()
                | Try()
                | Emitting()
            )
            | (Batch() | Keeping() | Unbatch() | Leave() | Wrap() | Mark())
            | (Collect() | Fold() | Count() | Drain())
        ):
            return ()
        case _:
            assert_never(part)


def placements(part: Part) -> Iterator[Placement]:
    """Give the contexts that ``part`` names, in plan order."""
    for node in walk(part):
        match node:
            case Within(context):
                yield context
            case Map() | FlatMap() | Filter() | Try() | Emitting():
                if node.label.on is not None:
                    yield node.label.on
            case _:
                continue


def chained(*stages: Stage) -> Stage:
    """Join ``stages`` into one; chains never nest, a chain of one is that one."""
    steps = tuple(step for stage in stages for step in _steps(stage))
    return steps[0] if len(steps) == 1 else Chain(steps)


def _steps(stage: Stage) -> tuple[Stage, ...]:
    return stage.steps if isinstance(stage, Chain) else (stage,)


def renamed(stage: Stage, name: str) -> Stage:
    """Name ``stage``: its only label outright, several by ``name/`` in front."""
    if len(list(_labels(stage))) == 1:
        return _relabelled(stage, lambda _: name)
    return _relabelled(stage, lambda old: f"{name}/{old}")


def _labels(stage: Stage) -> Iterator[Label]:
    match stage:
        case Chain(steps):
            for step in steps:
                yield from _labels(step)
        case Recover(body, handler):
            yield from _labels(body)
            yield from _labels(handler)
        case Catch(body) | Within(_, body):
            yield from _labels(body)
        case Wrap() | Mark() | ByTurn():
            return
        case _:
            yield stage.label


def _relabelled(stage: Stage, rename: Callable[[str], str]) -> Stage:
    match stage:
        case Chain(steps):
            return Chain(tuple(_relabelled(step, rename) for step in steps))
        case Recover(body, handler):
            return Recover(_relabelled(body, rename), _relabelled(handler, rename))
        case Catch(body):
            return Catch(_relabelled(body, rename))
        case Within(context, body):
            return Within(context, _relabelled(body, rename))
        case Wrap() | Mark() | ByTurn():
            return stage
        case _:
            label = replace(stage.label, name=rename(stage.label.name))
            return replace(stage, label=label)
