"""The functions of a kernel, put together as lines of source.

::

    def make(env):
        names of env ...
        functions for what is written once and reached repeatedly ...
        def kernel(...):
            for each item, in a net: the operations
            for each stage that holds items: what it gives at the end
        return kernel, tally
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import final

from fstream.compiler.program import Op
from fstream.compiler.shape import holders
from fstream.interpreter.kernel.meaning import Meaning
from fstream.interpreter.kernel.template import SOURCE
from fstream.interpreter.kernel.template import UNTIL
from fstream.interpreter.kernel.template import Template
from fstream.interpreter.kernel.writer import At
from fstream.interpreter.kernel.writer import Block
from fstream.interpreter.kernel.writer import Exit
from fstream.interpreter.kernel.writer import Line
from fstream.interpreter.kernel.writer import Then

NO_ITEM = 8  # ``hit`` between items; else bit 1: came to a good end, bit 2: failed


def written(template: Template, op: Op, exits: int) -> tuple[Line, ...]:
    """All lines of the module that makes the kernel of ``op``."""
    kernel = Block()
    at = At(
        block=kernel,
        indent=1,
        depth=0,
        exits=tuple(_tagged_exit(template, tag) for tag in range(exits, 0, -1)),
        end="continue",
    )
    frame = _Frame(template, op, "(0, {})" if exits else "{}")
    called = [name for name in template.names if name[0] != "h"]
    if template.is_stream:
        replace(at, indent=0).line(f"def kernel(items{_fast(called)}):")
        frame.stream(at)
    else:
        fast = _fast([*called, "parents", "position", "stage"])
        head = f"{template.definition} kernel(items, flush, outs{fast}):"
        replace(at, indent=0).line(head)
        frame.chunk(at)
    template.finish()
    return (*_head(template), *_inner(template, kernel), *_foot(template))


def _fast(names: Sequence[str]) -> str:
    """Parameters that make local names of ``names``."""
    return "".join(f", {name}={name}" for name in names)


def _tagged_exit(template: Template, tag: int) -> Exit:
    def write(at: At, value: str) -> None:
        template.deliver(at, f"({tag}, {value})")

    return Exit(write, ends=True)


@final
@dataclass(frozen=True, slots=True)
class _Frame:
    """Writes the kernel's own function; ``result`` is how an item is delivered."""

    template: Template
    op: Op
    result: str

    def stream(self, at: At) -> None:
        """Write the body of a generator over the source's items."""
        self.template.nonlocals(at)
        at.suite("try:", self._pull)
        at.line("except BaseException as exc:")
        at.line("    if not source_broke(exc):")
        at.line("        raise")
        self.template.checked(replace(at, indent=at.indent + 1))
        self._between_items(at, NO_ITEM)
        at.line("ended()")
        for number in holders(self.op):
            at.line(f"for x0 in {self._held(number)}:")
            self._flushed(number, replace(at, indent=at.indent + 1))
        at.line("yield from ()")

    def _pull(self, at: At) -> None:
        counted = self.template.shape == "counted"
        items = self.template.until("items", SOURCE)
        over = f"n, x0 in enumerate({items})" if counted else f"x0 in {items}"
        replace(at, net=SOURCE).line(f"for {over}:", calls=SOURCE)
        each = replace(at, indent=at.indent + 1)
        self._between_items(each, 0)
        self.template.netted(each, self._item)

    def _between_items(self, at: At, hit: int) -> None:
        if self.template.is_landing:
            at.line("seen[hit] += 1")
            at.line(f"hit = {hit}")

    def chunk(self, at: At) -> None:
        """Write the body of a function over the items of a chunk."""
        is_recorded = self.template.shape == "recorded"
        if is_recorded:
            self._recorded(at)
        else:
            at.line(f"for i, x0 in {self._over('enumerate(items)')}:")
            self.template.netted(replace(at, indent=at.indent + 1), self._item)
        for number in holders(self.op):
            at.line(f"if flush == {number}:")
            at.line("    position[()] = i = 0" if is_recorded else "    i = 0")
            at.line(f"    for x0 in {self._held(number)}:")
            self._flushed(number, replace(at, indent=at.indent + 2))

    def _recorded(self, at: At) -> None:
        """Write a loop that notes each position, in one net, and goes on after it."""
        at.line(f"todo = {self._over('numbered(items)')}")
        at.line("while True:")
        self.template.netted(replace(at, indent=at.indent + 1), self._todo)

    def _todo(self, at: At) -> None:
        head = len(at.block.lines)
        at.line("for position[()], x0 in todo:")
        self._item(replace(at, indent=at.indent + 1))
        if self.template.is_numbered:  # the position is needed for more
            pad = "    " * at.indent
            at.block.lines[head : head + 1] = [
                (f"{pad}for i, x0 in todo:", None),
                (f"{pad}    position[()] = i", None),
            ]
        at.line("break")

    def _item(self, at: At) -> None:
        Meaning(self.template).write(self.op, at, self._deliver())

    def _flushed(self, number: int, at: At) -> None:
        def resume(inner: At) -> None:
            meaning = Meaning(self.template)
            meaning.resume(self.op, inner, self._deliver(), number=number)

        self.template.netted(at, resume)

    def _held(self, number: int) -> str:
        return self.template.until(f"h{number}()", number)

    def _over(self, numbered: str) -> str:
        return f"{UNTIL}.over({numbered})" if UNTIL in self.template.names else numbered

    def _deliver(self) -> Then:
        def write(at: At) -> None:
            self.template.deliver(at, self.result.format(at.x))

        return Then(write, is_short=True)


def _head(template: Template) -> tuple[Line, ...]:
    fixed = _STREAM_NAMES if template.is_stream else _CHUNK_NAMES
    lines = ["def make(env):"]
    lines += [
        f'    {name} = env["{name}"]' for name in (*template.names, *_NAMES, *fixed)
    ]
    if template.is_stream:
        lines += [f"    c{n} = 0" for n in range(len(template.probes))]
        lines += ["    n = -1", f"    hit = {NO_ITEM}"]
    else:
        lines += [f"    p{n} = probes[{n}].append" for n in range(len(template.probes))]
    return tuple((line, None) for line in lines)


_NAMES = (
    "caught",
    "arrest",
    "opened",
    "fails",
    "unrouted",
    "not_emitted",
    "Item",
    "Message",
)
_STREAM_NAMES = ("over", "pause", "ended", "source_broke", "seen")
_CHUNK_NAMES = (
    "parents",
    "lasts",
    "faults",
    "probes",
    "position",
    "stage",
    "noted",
    "numbered",
)


def _inner(template: Template, kernel: Block) -> tuple[Line, ...]:
    changed = ", ".join(template.changed())
    lines: list[Line] = []
    for block in (*template.blocks, kernel):
        for text, mark in block.lines:
            if "nonlocal @" not in text:
                lines.append((f"    {text}", mark))
            elif changed:
                lines.append((f"    {text.replace('@', changed)}", mark))
    return tuple(lines)


def _foot(template: Template) -> tuple[Line, ...]:
    if not template.is_stream:
        return (("    return kernel", None),)
    counts = "".join(f"c{n}, " for n in range(len(template.probes)))
    return (
        ("    def tally():", None),
        (f"        return ({counts}), hit, n", None),
        ("    return kernel, tally", None),
    )
