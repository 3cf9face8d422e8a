"""A census of the modules in Python's standard library.

    python -m fstream run examples/census.py:plan --on processes:2 --tolerate 5%

Every file is read and parsed, sorted by what it defines, and counted. Some files
of the library's test suite cannot be parsed, on purpose: each is a failure with
its ``SyntaxError``, and disturbs no other file.
"""

import ast
import sysconfig
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fstream import Plan
from fstream import case
from fstream import count
from fstream import fold
from fstream import map_stage
from fstream import route
from fstream import source_from

# Each worker imports this module, so this holds there too.
warnings.filterwarnings("ignore", category=SyntaxWarning)
warnings.filterwarnings("ignore", category=DeprecationWarning, module="<unknown>")

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file as it was read."""

    file: str
    code: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A file as it was parsed, and what it defines at any depth."""

    file: str
    lines: int
    classes: tuple[ast.ClassDef, ...]
    functions: tuple[Function, ...]


class ClassModule(Module):
    """A module that defines classes."""


class FunctionModule(Module):
    """A module that defines functions, and no class."""


class Script(Module):
    """A module that defines neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the census keeps of a module."""

    file: str
    kind: str
    lines: int
    classes: int
    functions: int
    coroutines: int
    longest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over all modules."""

    with_classes: int = 0
    with_functions: int = 0
    scripts: int = 0
    lines: int = 0
    classes: int = 0
    functions: int = 0
    coroutines: int = 0
