"""The guard of a stream that nobody closes."""

import sys
import warnings
from typing import final

from fstream.plan.labels import Site


@final
class Guard:
    """Warns of a stream that the garbage collector finds in the middle.

    It is older than the stream's generator, which holds it. So it goes first where
    both are found in a cycle, and last where the generator is dropped or closed.
    """

    __slots__ = ("is_open", "site")

    def __init__(self, site: Site) -> None:
        self.is_open = False
        self.site = site

    def __del__(self) -> None:
        if getattr(self, "is_open", False) and not sys.is_finalizing():
            text = f"the stream made at {self.site} was never closed"
            warnings.warn(text, ResourceWarning, stacklevel=1)
