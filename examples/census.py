"""A census of the modules in Python's standard library.

    python -m fstream run examples/census.py:plan --on processes:2 --tolerate 1%

Every file is read, parsed, routed by what it defines, counted. The few files of
the library's test suite that are no Python, on purpose, fail: each with its own
``SyntaxError``, and without disturbing any other file.
"""

import ast
import sysconfig
import warnings
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from heapq import nlargest
from pathlib import Path
from typing import Literal, TypeAlias

from fstream import Plan
from fstream import case
from fstream import fold
from fstream import map_stage
from fstream import route
from fstream import source_from

# A worker that is given a function imports its module, so this holds there too.
warnings.filterwarnings("ignore", category=SyntaxWarning)
warnings.filterwarnings("ignore", category=DeprecationWarning)  # 3.11 says that

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Kind: TypeAlias = Literal["with classes", "with functions", "scripts"]


# --- the items on their way: text, then syntax, then numbers ---------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A file as it was read; what tells of it names the file only."""

    file: Path
    code: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClassModule:
    """A module that defines classes, and maybe functions."""

    text: Text
    classes: tuple[ast.ClassDef, ...]
    functions: tuple[Function, ...]


@dataclass(frozen=True, slots=True)
class FunctionModule:
    """A module that defines functions, and no class."""

    text: Text
    functions: tuple[Function, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A module that defines neither."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the census keeps of a module: little, because it leaves the worker."""

    file: str
    kind: Kind
    lines: int
    classes: int = 0
    functions: int = 0
    coroutines: int = 0


# --- the stages ------------------------------------------------------------------


def modules_in(folder: Path) -> Iterator[Path]:
    """Find the library's own modules, not those installed beside them."""
    for file in sorted(folder.rglob("*.py")):
        if not {"site-packages", "dist-packages"} & set(file.parts):
            yield file


def read(file: Path) -> Text:
    """Read a file."""
    return Text(file, file.read_bytes())


def parse(text: Text) -> ClassModule | FunctionModule | Script:
    """Parse a module, and tell what it defines at any depth."""
    found = tuple(_definitions(ast.parse(text.code, str(text.file))))
    classes = tuple(node for node in found if isinstance(node, ast.ClassDef))
    functions = tuple(node for node in found if isinstance(node, Function))
    if classes:
        return ClassModule(text, classes, functions)
    return FunctionModule(text, functions) if functions else Script(text)


def count_classes(module: ClassModule) -> Entry:
    """Count in a module with classes."""
    return Entry(
        file=str(module.text.file),
        kind="with classes",
        lines=_lines(module.text),
        classes=len(module.classes),
        functions=len(module.functions),
        coroutines=_coroutines(module.functions),
    )


def count_functions(module: FunctionModule) -> Entry:
    """Count in a module with functions."""
    return Entry(
        file=str(module.text.file),
        kind="with functions",
        lines=_lines(module.text),
        functions=len(module.functions),
        coroutines=_coroutines(module.functions),
    )


def count_lines(script: Script) -> Entry:
    """Count in a module with statements only."""
    return Entry(file=str(script.text.file), kind="scripts", lines=_lines(script.text))


def _definitions(tree: ast.Module) -> Iterator[ast.ClassDef | Function]:
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.ClassDef | Function):
            yield node
        if not isinstance(node, ast.expr):  # no expression contains a definition
            nodes += ast.iter_child_nodes(node)


def _lines(text: Text) -> int:
    return len(text.code.splitlines())


def _coroutines(functions: tuple[Function, ...]) -> int:
    return sum(isinstance(node, ast.AsyncFunctionDef) for node in functions)


# --- the result ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over modules."""

    modules: int = 0
    lines: int = 0
    classes: int = 0
    functions: int = 0
    coroutines: int = 0

    def plus(self, entry: Entry) -> "Tally":
        """Count one more module."""
        return Tally(
            modules=self.modules + 1,
            lines=self.lines + entry.lines,
            classes=self.classes + entry.classes,
            functions=self.functions + entry.functions,
            coroutines=self.coroutines + entry.coroutines,
        )

    def __str__(self) -> str:
        return (
            f"{self.modules:7,}{self.lines:11,}{self.classes:9,}"
            f"{self.functions:11,}{self.coroutines:8,}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What there is, over all and by kind, and the ten longest modules."""

    folder: str
    tallies: Mapping[str, Tally]
    largest: tuple[Entry, ...]

    def __str__(self) -> str:
        return "\n".join(
            (
                f"The modules in {self.folder}",
                f"{'':16}modules      lines  classes  functions   async",
                *(f"{kind:16}{tally}" for kind, tally in self.tallies.items()),
                "The ten largest",
                *(
                    f"{entry.lines:10,} lines  {_below(entry.file, self.folder)}"
                    for entry in self.largest
                ),
            )
        )


def tallied(tallies: Mapping[str, Tally], entry: Entry) -> Mapping[str, Tally]:
    """Count a module among its kind and among all."""
    more = {kind: tallies[kind].plus(entry) for kind in (entry.kind, "all")}
    return {**tallies, **more}


def ten_largest(largest: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Keep the ten modules with the most lines."""
    return tuple(nlargest(10, (*largest, entry), key=lambda each: each.lines))


def _below(file: str, folder: str) -> str:
    return file.removeprefix(f"{folder}/")


# --- the plan --------------------------------------------------------------------

NOTHING: Mapping[str, Tally] = {
    kind: Tally() for kind in ("with classes", "with functions", "scripts", "all")
}
NONE: tuple[Entry, ...] = ()


def census(folder: Path) -> Plan[Census]:
    """Plan a census of the modules in ``folder``; every stage may run anywhere."""

    def told(result: tuple[Mapping[str, Tally], tuple[Entry, ...]]) -> Census:
        tallies, largest = result
        return Census(folder=str(folder), tallies=tallies, largest=largest)

    return (
        source_from(partial(modules_in, folder))
        .via(map_stage(read))
        .via(map_stage(parse))
        .via(
            route(
                case(ClassModule) >> map_stage(count_classes),
                case(FunctionModule) >> map_stage(count_functions),
                case(Script) >> map_stage(count_lines),
            )
        )
        .to_all(fold(NOTHING, tallied), fold(NONE, ten_largest))
        .map_result(told)
    )


plan = census(Path(sysconfig.get_path("stdlib")))
