"""Generated source: lines, and which stage each of them calls."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Literal, TypeAlias, final

from fstream.result.value import named_value
from fstream.result.value import value

Shape: TypeAlias = Literal["sized", "counted", "chunk", "recorded", "awaiting"]
STREAMED: frozenset[Shape] = frozenset(("sized", "counted"))
End: TypeAlias = Literal["continue", "return"]


@final
@value
class Mark:
    """A line that calls user code: of which stage, and which net catches it."""

    stage: int
    net: int


Line: TypeAlias = tuple[str, Mark | None]


@final
@dataclass(slots=True)
class Block:
    """The lines of one generated function."""

    lines: list[Line] = field(default_factory=list[Line])


@final
@value
class Exit:
    """Where what exits goes; ``ends`` if the path of the item ends there."""

    write: "Callable[[At, str], None]"
    ends: bool


@final
@value
class Then:
    """How to write what follows.

    ``is_short`` if it may be written repeatedly; ``falls`` if more is written
    below it, so that it must leave its result where it stands.
    """

    write: "Callable[[At], None]"
    is_short: bool
    falls: bool = False


@final
@named_value
class At:
    """A place in generated source: the item there is in the variable ``x``."""

    block: Block
    indent: int
    depth: int
    exits: tuple[Exit, ...]
    end: End
    net: int = 0
    blocks: int = 3

    @property
    def x(self) -> str:
        """The variable that holds the item."""
        return f"x{self.depth}"

    @property
    def is_deep(self) -> bool:
        """Whether Python's limits (100 levels, 20 loops and nets) come near."""
        return self.indent > _MOST_LEVELS or self.blocks > _MOST_BLOCKS

    def nested(self) -> "At":
        """This place, as inside of one loop or net more."""
        return replace(self, blocks=self.blocks + 1)

    def line(self, text: str, *, calls: int | None = None) -> None:
        """Write ``text``; ``calls`` is the stage whose code it runs."""
        mark = None if calls is None else Mark(calls, self.net)
        self.block.lines.append(("    " * self.indent + text, mark))

    def appended(self, items: str, result: str) -> None:
        """Append ``result``; a call that has just been written for it moves in.

        CPython has an instruction for this.
        """
        text, mark = self.block.lines[-1] if self.block.lines else ("", None)
        made, is_last, call = text.partition(f"{result} = ")
        if is_last and mark is not None and made == "    " * self.indent:
            self.block.lines[-1] = (f"{made}{items}.append({call})", mark)
        else:
            self.line(f"{items}.append({result})")

    def suite(
        self, head: str, body: "Callable[[At], None]", *, calls: int | None = None
    ) -> None:
        """Write ``head`` and, one level deeper, ``body``."""
        self.line(head, calls=calls)
        before = len(self.block.lines)
        inner = replace(self, indent=self.indent + 1)
        body(inner)
        if len(self.block.lines) == before:
            inner.line("pass")

    def out_of(self, outer: "At") -> "At":
        """This place, with the exits and the net that hold at ``outer``."""
        return replace(self, exits=outer.exits, net=outer.net)


_MOST_LEVELS = 40
_MOST_BLOCKS = 10

FALL = Then(lambda _: None, is_short=True, falls=True)
