"""Kernels from segments: written and compiled once a shape, bound to functions."""

import itertools
import linecache
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import CodeType
from types import MethodType
from typing import assert_never, final

from returns.result import Failure
from returns.result import Success

from fstream.compiler.program import Branch
from fstream.compiler.program import Leaf
from fstream.compiler.program import Leafs
from fstream.compiler.program import Op
from fstream.compiler.program import Replicate
from fstream.compiler.program import Scatter
from fstream.compiler.shape import derived_filter
from fstream.compiler.shape import has_one_end
from fstream.compiler.shape import is_dense
from fstream.compiler.shape import is_simple
from fstream.compiler.shape import is_single
from fstream.compiler.shape import leaves
from fstream.compiler.shape import limits
from fstream.compiler.shape import numbers
from fstream.compiler.shape import parts
from fstream.interpreter.kernel.awaited import Awaited
from fstream.interpreter.kernel.awaited import awaited
from fstream.interpreter.kernel.cared import Cared
from fstream.interpreter.kernel.cared import cared
from fstream.interpreter.kernel.choice import kinds_of
from fstream.interpreter.kernel.choice import tests_bound
from fstream.interpreter.kernel.cutting import Cutting
from fstream.interpreter.kernel.frame import written
from fstream.interpreter.kernel.nets import Scattering
from fstream.interpreter.kernel.nets import Surroundings
from fstream.interpreter.kernel.state import Batching
from fstream.interpreter.kernel.state import Grouping
from fstream.interpreter.kernel.state import State
from fstream.interpreter.kernel.state import state_of
from fstream.interpreter.kernel.supplying import supplied
from fstream.interpreter.kernel.template import UNTIL
from fstream.interpreter.kernel.template import Probe
from fstream.interpreter.kernel.template import Template
from fstream.interpreter.kernel.writer import STREAMED
from fstream.interpreter.kernel.writer import Mark as LineMark
from fstream.interpreter.kernel.writer import Shape
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Wrap


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Code of a kernel's maker, the lines that call users' code, its counts."""

    code: CodeType
    marks: Mapping[int, LineMark]
    probes: tuple[Probe, ...]
    is_single: bool
    is_dense: bool
    is_landing: bool
    has_ends: bool

    def made(self, env: Mapping[str, object]) -> object:
        """Run the code's maker: the kernel's function(s), bound to ``env``."""
        space: dict[str, Callable[[Mapping[str, object]], object]] = {}
        exec(self.code, space)  # noqa: S102 - our own generated source
        return space["make"](env)


def compiled(op: Op, exits: int, shape: Shape) -> Compiled:
    """The code for ``op``; taken from a cache where its shape was met before."""
    key = (skeleton(op), exits, shape)
    known = _known.get(key)
    if known is None:
        known = _known[key] = _compiled(op, exits, shape)
        for old in tuple(_known)[:-_MOST]:
            forgotten = _known.pop(old, known)  # another thread may be here, too
            linecache.cache.pop(forgotten.code.co_filename, None)
    return known


# By shape, so that it keeps no user's function alive.
_known: dict[tuple[str, int, Shape], Compiled] = {}
_MOST = 256
_serial = itertools.count(1)


def _compiled(op: Op, exits: int, shape: Shape) -> Compiled:
    template = Template(
        shape=shape,
        is_single=is_single(op),
        is_dense=is_dense(op),
        is_landing=shape in STREAMED and not is_simple(op),
        has_stages=len(numbers(op)) > 1,
        has_ends=not has_one_end(op, exits),
        derived=derived_filter(op, exits),
        names=tuple(bindings(op, _NOWHERE, None)),
    )
    lines = written(template, op, exits)
    source = "\n".join(line for line, _ in lines) + "\n"
    file = f"<fstream kernel {next(_serial)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    marks = {n: mark for n, (_, mark) in enumerate(lines, 1) if mark is not None}
    code = compile(source, file, "exec")
    return Compiled(
        code=code,
        marks=marks,
        probes=tuple(template.probes),
        is_single=template.is_single,
        is_dense=template.is_dense,
        is_landing=template.is_landing,
        has_ends=template.has_ends,
    )


def _no_pause(_seconds: float) -> None:
    """Wait for nothing, where no function is called."""


_NOWHERE = Surroundings(context="", pid=0, clock=float, pause=_no_pause)


def skeleton(op: Op) -> str:
    """``op`` without users' functions and values, as text."""
    inner = ",".join(skeleton(part) for part in parts(op))
    match op:
        case Leaf(number, node):
            return f"{type(node).__name__}{number}{_detail(node)}"
        case Branch(number, tests):
            return f"Branch{number}{kinds_of(tests)}({inner})"
        case _:
            own = getattr(op, "number", getattr(op, "up", ""))
            return f"{type(op).__name__}{own}({inner})"


def _detail(node: Leafs) -> str:
    match node:
        case Mark(number):
            return f":{number}"
        case Replicate(ways):
            return f":{ways}"
        case Keeping(rule):
            ends = " ends" if limits(Leaf(0, node)) else ""
            return f":{type(rule).__name__}{ends}"
        case Leave(port):
            return ":" if port is None else ""
        case Map(calls="awaiting") | Try(calls="awaiting"):
            return ":await"
        case _:
            return ""


def bindings(op: Op, here: Surroundings, page: memoryview | None) -> dict[str, object]:
    """What the names in generated source stand for."""
    cutting = Cutting()
    bound: dict[str, object] = {UNTIL: cutting} if limits(op) else {}
    for leaf in leaves(op):
        bound |= _bound(leaf, here, page, cutting=cutting)
    for branch in _branches(op):
        bound |= tests_bound(branch)
    return bound


def cared_for(bound: Mapping[str, object]) -> dict[int, Cared | Awaited]:
    """The functions in ``bound`` that are called with care, by their stages."""
    return {
        int(name[1:]): function
        for name, function in bound.items()
        if isinstance(function, Cared | Awaited)
    }


def timed_in(bound: Mapping[str, object]) -> dict[int, Batching]:
    """The states in ``bound`` that are to be given at some time, by their stages."""
    # Of our own functions only: users' objects may answer any question by raising.
    ours = ((name, fn) for name, fn in bound.items() if type(fn) is MethodType)
    owners = ((name, fn.__self__) for name, fn in ours if name.startswith("h"))
    return {
        int(name[1:]): owner
        for name, owner in owners
        if isinstance(owner, Batching) and owner.within is not None
    }


def _bound(
    leaf: Leaf, here: Surroundings, page: memoryview | None, *, cutting: Cutting
) -> dict[str, object]:
    name, node = f"f{leaf.number}", leaf.node
    match node:
        case Map() | FlatMap() | Filter() | Try() | Emitting():
            return {name: _called(node, here, page, stage=leaf.number)}
        case Wrap(case):
            return {name: Success if case == "success" else Failure}
        case Batch(size, within):
            return _kept(leaf.number, Batching(size, within, here.clock))
        case Keeping(rule):
            end = partial(cutting.cut, leaf.number)
            state = state_of(rule, end, clock=here.clock, pause=here.pause)
            return _kept(leaf.number, state)
        case Leave(port):
            return {} if port is None else {name: port}
        case Scatter(tests):
            return {name: Scattering(tests).tagged}
        case Unbatch() | Mark() | Replicate():
            return {}
        case _:
            assert_never(node)


def _kept(number: int, state: Batching | State) -> dict[str, object]:
    put: dict[str, object] = {f"f{number}": state.put}
    if isinstance(state, Batching | Grouping):
        put[f"h{number}"] = state.rest
    return put


def _called(
    node: Map | FlatMap | Filter | Try | Emitting,
    here: Surroundings,
    page: memoryview | None,
    *,
    stage: int,
) -> object:
    """The function of ``node``, with the care that its stage was told to take."""
    match node:
        case Map(fn, label, "awaiting") | Try(fn, label, "awaiting"):
            return awaited(fn, label.care, stage=stage, loop=here.loop) or fn
        case _:
            return _plainly(node, here, page)


def _plainly(
    node: Map | FlatMap | Filter | Try | Emitting,
    here: Surroundings,
    page: memoryview | None,
) -> object:
    fn = supplied(node.fn)
    caring = cared(
        fn,
        node.label.care,
        collects=isinstance(node, FlatMap | Emitting),
        clock=here.clock,
        pause=here.pause,
        alarm=here.alarm,
        page=page,
    )
    return caring or fn


def _branches(op: Op) -> tuple[Branch, ...]:
    own = (op,) if isinstance(op, Branch) else ()
    return own + tuple(branch for part in parts(op) for branch in _branches(part))
