"""Documentation that runs: every Python block and every docstring is a test.

The blocks of one page are one script: they share their names, and what they define
belongs to ``__main__``, as it would for a reader who types them into a file.
"""

import sys
from contextlib import suppress
from types import ModuleType

import pytest
from sybil import Example
from sybil import Sybil
from sybil.evaluators.python import pad
from sybil.integration.pytest import SybilItem
from sybil.parsers import markdown
from sybil.parsers import rest
from sybil.sybil import SybilCollection
from sybil.typing import Parser

_scripts: dict[str, ModuleType] = {}
_ran: set[tuple[str, int]] = set()


def _run_as_script(example: Example) -> None:
    script = _scripts.setdefault(example.path, ModuleType("__main__"))
    source = pad(example.parsed, example.line + example.parsed.line_offset)
    code = compile(source, example.path, "exec", dont_inherit=True)
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = script  # alone: modules that are imported now must stay
    try:
        exec(code, vars(script))
    finally:
        sys.modules["__main__"] = ours


_page_parsers: list[Parser] = [
    markdown.CodeBlockParser(language="python", evaluator=_run_as_script),
    markdown.SkipParser(),
]

# A folder for each, because "**" in a pattern matches one level only before 3.13.
pytest_collect_file = SybilCollection(
    (
        Sybil(parsers=_page_parsers, filenames=["README.md"]),
        Sybil(parsers=_page_parsers, path="docs", patterns=["*.md"]),
        Sybil(parsers=[rest.DocTestParser()], path="fstream", patterns=["*.py"]),
    )
).pytest()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let several runs share the tests that make many processes."""
    parser.addoption("--share", default="1/1", help="which part of them: 1/3")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Run what stands above on the page first, if another process was given it.

    (Keeping a page in one process needs a scheduler of xdist that hangs when a
    process dies, or a group mark that pytest 9.2 does not let xdist 3.8 read.)
    """
    if isinstance(item, SybilItem):
        _run_above(item.example)


def _run_above(example: Example) -> None:
    for above in example.document.examples():
        start = above.region.start
        if start >= example.region.start:
            break
        if (example.path, start) not in _ran:
            _ran.add((example.path, start))
            with suppress(Exception):  # its own test reports it
                above.evaluate()
    _ran.add((example.path, example.region.start))
