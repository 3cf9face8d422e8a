"""The reference names every function that can be imported."""

from pathlib import Path

import fstream

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "combinators.md"


def test_no_function_is_missing() -> None:
    text = PAGE.read_text()

    functions = [name for name in fstream.__all__ if name[0].islower()]
    assert [name for name in functions if f"{name}(" not in text] == []
