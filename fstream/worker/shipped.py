"""What is shipped to a worker once: segments with the classes of ``__main__``."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType
from typing import final

from fstream.compiler.program import Segment


@final
@dataclass(frozen=True, slots=True)
class Shipped:
    """Pickled as one object, so that functions and items agree on classes."""

    segments: tuple[Segment, ...]
    classes: Mapping[str, type]

    def install(self) -> None:
        """Give this process's ``__main__`` the classes of the parent's.

        Items and results then name them in plain pickles, both ways.
        """
        for name, cls in self.classes.items():
            setattr(sys.modules["__main__"], name, cls)


def code_in_file(code: CodeType, file: str) -> CodeType:
    """Give ``code`` its file again, which tracebacks name."""
    return code.replace(co_filename=file)
