"""The frame round the generated operations, in its shapes.

``sized`` and ``counted`` are generators over the source's items for inline runs
(``sized`` where the source's iterator knows what is left, so nothing is
counted); ``chunk``, ``recorded`` and ``awaiting`` are functions over the items of
a chunk (``recorded`` notes what it executes in a shared page, ``awaiting`` is
a coroutine function). They differ in how a result is delivered, where an item's
number comes from, and in nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Literal, TypeAlias, final

from fstream.interpreter.kernel.writer import STREAMED
from fstream.interpreter.kernel.writer import At
from fstream.interpreter.kernel.writer import Block
from fstream.interpreter.kernel.writer import Shape
from fstream.interpreter.kernel.writer import Then

UNTIL = "until"  # the name of what ends the loops that a limit stands in
SOURCE = -1  # the net, and the stage, of the line that pulls from the source

What: TypeAlias = Literal["passed", "empty", "emitted", "exits", "took", "landed"]


@final
@dataclass(frozen=True, slots=True)
class Probe:
    """A count that cannot be derived: ``what`` happened at ``stage`` (its arm)."""

    what: What
    stage: int
    arm: int = 0


@final
@dataclass(slots=True, kw_only=True)
class Template:
    """What is known of a kernel, and what has been written of it."""

    shape: Shape
    is_single: bool
    is_dense: bool
    is_landing: bool
    has_stages: bool
    has_ends: bool
    derived: int | None
    names: tuple[str, ...]
    probes: list[Probe] = field(default_factory=list[Probe])
    blocks: list[Block] = field(default_factory=list[Block])
    pending: list[tuple[At, Then]] = field(default_factory=list[tuple[At, Then]])
    numbers: int = 0
    is_numbered: bool = False

    @property
    def is_stream(self) -> bool:
        """Whether results are yielded."""
        return self.shape in STREAMED

    @property
    def definition(self) -> str:
        """How a function begins."""
        return "async def" if self.shape == "awaiting" else "def"

    @property
    def position(self) -> str:
        """The last argument of calls that need the item's position, if any."""
        if self.is_stream:
            return ""
        self.is_numbered = True
        return ", i"

    @property
    def position_there(self) -> str:
        """The same where something failed: the recorder knows the position, too."""
        return ", position[()]" if self.shape == "recorded" else self.position

    @property
    def carried(self) -> str:
        """What functions that are written once are given besides the item."""
        return "" if self.is_stream else f"{self.position}, outs"

    def number(self) -> int:
        """A number that is used nowhere else."""
        self.numbers += 1
        return self.numbers

    def name(self, stem: str) -> str:
        """A name that is used nowhere else."""
        return f"{stem}{self.number()}"

    def calling(self, at: At, text: str, stage: int) -> None:
        """Write ``text``, which calls a function of ``stage``."""
        self.noting(at, stage)
        at.line(text, calls=stage)

    def noting(self, at: At, stage: int) -> None:
        """Note in the recorder that ``stage`` is called next."""
        if self.shape == "recorded" and self.has_stages:
            at.line(f"stage[()] = {stage}")

    def iterated(self, call: str, stage: int) -> str:
        """``call`` as something to iterate over, noted at each step."""
        items = self.until(call, stage)
        if self.shape == "recorded" and self.has_stages:
            return f"noted({items}, stage, {stage})"
        return items

    def until(self, items: str, stage: int) -> str:
        """``items`` of ``stage``, as long as no stage behind it ends the run."""
        return f"{UNTIL}({items}, {stage})" if UNTIL in self.names else items

    def probe(self, at: At, probe: Probe) -> None:
        """Count an event, unless it can be derived."""
        if probe.what == "passed" and probe.stage == self.derived:
            return
        if probe not in self.probes:
            self.probes.append(probe)
        n = self.probes.index(probe)
        if self.is_stream:
            at.line(f"c{n} += 1")
            return
        self.is_numbered = True
        where = "i" if self.is_single else "(i << 32) + len(outs) + len(faults)"
        at.line(f"p{n}({where})")

    def landed(self, at: At) -> None:
        """Note that the pulled item has come to a good end."""
        if self.is_landing:
            at.line("hit |= 1")

    def accepted(self, at: At, stage: int) -> None:
        """Note that a stateful stage has taken the item: a good end, too."""
        self.landed(at)
        if not self.is_stream:
            self.probe(at, Probe("landed", stage))

    def deliver(self, at: At, result: str) -> None:
        """Give ``result`` to whatever follows the kernel."""
        self.landed(at)
        if self.is_stream:
            at.line(f"yield {result}")
            return
        at.appended("outs", result)
        if not self.is_dense:
            self.is_numbered = True
            at.line("parents.append(i)")
        if self.shape == "recorded" and self.has_ends:
            at.line("lasts.append(stage[()])")

    def opened(self, at: At, value: str, stage: int) -> None:
        """Make an exit that nothing handles a fault of its item."""
        at.line(f"opened({value}, {stage}{self.position})")
        self._failed(at)

    def netted(self, at: At, body: Callable[[At], None]) -> None:
        """Write ``body`` with a net for what user code raises in it."""
        at.nested().suite("try:", body)
        at.line("except BaseException as exc:")
        at.line(f"    if not caught(exc, {at.x}{self.position_there}):")
        at.line("        raise")
        self._failed(replace(at, indent=at.indent + 1))

    def _failed(self, at: At) -> None:
        """Note a fault of the pulled item, and end here if it was one too many."""
        if self.is_landing:
            at.line("hit |= 2")
        if self.is_stream:
            self.checked(at)

    def checked(self, at: At) -> None:
        """End here if there was a fault too many; pause if each shall be told."""
        at.line("if over():")
        at.line("    yield pause")

    def loop(
        self, at: At, over: str, body: Callable[[At], None], *, calls: int
    ) -> None:
        """Write ``body`` for each item of ``over``, each in a net of its own."""
        self.each(at, over, lambda inner: self.caught(inner, body), calls=calls)

    def each(
        self, at: At, over: str, body: Callable[[At], None], *, calls: int
    ) -> None:
        """Write ``body`` for each item of ``over``, in the net that is there."""
        inner = replace(at.nested(), depth=at.depth + 1, indent=at.indent + 1)
        at.line(f"for {inner.x} in {over}:", calls=calls)
        body(inner)

    def caught(self, at: At, body: Callable[[At], None]) -> None:
        """Write ``body`` for an item of a loop, in a net of its own."""
        self.netted(replace(at, net=0, end="continue"), body)

    def shared(self, then: Then, at: At) -> Then:
        """``then`` in a form that may be written repeatedly: as a function."""
        if then.is_short:
            return then
        name = self.name("rest_")
        block = Block()
        inner = At(block=block, indent=1, depth=0, exits=at.exits, end="return")
        head = replace(inner, indent=0)
        head.line(f"{self.definition} {name}(x0{self.carried}):")
        self.pending.append((inner, then))
        self.blocks.append(block)
        return Then(lambda there: self._call(name, there), is_short=True)

    def finish(self) -> None:
        """Write the functions: not inside of each other, however deep plans are."""
        while self.pending:
            inner, then = self.pending.pop()
            self.nonlocals(inner)
            self.netted(inner, then.write)
            if self.is_stream:
                inner.line("yield from ()")

    def _call(self, name: str, at: At) -> None:
        call = f"{name}({at.x}{self.carried})"
        if self.is_stream:
            at.line(f"yield from {call}")
        else:
            at.line(f"await {call}" if self.shape == "awaiting" else call)

    def nonlocals(self, at: At) -> None:
        """Keep a place for the names that functions change (known at the end)."""
        at.line("nonlocal @")

    def changed(self) -> list[str]:
        """The names that functions of a generator kernel change."""
        if not self.is_stream:
            return []
        counts = [f"c{n}" for n in range(len(self.probes))]
        hits = ["hit"] if self.is_landing else []
        number = ["n"] if self.shape == "counted" else []
        return [*counts, *hits, *number]
