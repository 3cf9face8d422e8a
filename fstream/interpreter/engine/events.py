"""What the engine is told, and what it tells the shell to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Elapsed
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Returned
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.failed import Failed


@final
@dataclass(frozen=True, slots=True)
class Pulled:
    """The source gave ``items`` in ``elapsed_ns``, and then may have ended.

    ``broke`` is set where it, or one of those that are merged, ended by raising.
    """

    items: list[object]
    elapsed_ns: int
    has_ended: bool
    broke: SourceBroke | None


@final
@dataclass(frozen=True, slots=True)
class Taken:
    """The consumer has taken the first ``count`` things of the last release.

    ``is_enough`` says that it takes no more: it closed, or the sink broke.
    """

    count: int
    is_enough: bool


@final
@dataclass(frozen=True, slots=True)
class Expired:
    """The time of the run, so many ``seconds``, is over."""

    seconds: float


Event: TypeAlias = Pulled | Freed | Returned | Lost | Elapsed | Taken | Expired


@final
@dataclass(frozen=True, slots=True)
class Pull:
    """Ask the source for up to ``most`` items."""

    most: int


@final
@dataclass(frozen=True, slots=True)
class Submit:
    """Give ``call`` to the context of its segment."""

    call: Call


@final
@dataclass(frozen=True, slots=True)
class Dismiss:
    """No call of ``segment`` will come any more."""

    segment: int


@final
@dataclass(frozen=True, slots=True)
class Release:
    """Give ``things``, values or failure records, to the consumer; tell it back."""

    values: Sequence[object]
    failures: Sequence[tuple[int, Failed]]


@final
@dataclass(frozen=True, slots=True)
class Finish:
    """The run has ended: by ``how``."""

    how: "How"


@final
@dataclass(frozen=True, slots=True)
class Complete:
    """The source has ended, and all of it was released."""


@final
@dataclass(frozen=True, slots=True)
class Overspent:
    """There was one failure record more than the budget tolerates."""


@final
@dataclass(frozen=True, slots=True)
class Enough:
    """The consumer takes no more."""


@final
@dataclass(frozen=True, slots=True)
class Barren:
    """Workers die without completing an item; the last loss is ``failed``."""

    failed: Failed


@final
@dataclass(frozen=True, slots=True)
class Late:
    """The run was not through after so many ``seconds``."""

    seconds: float


How: TypeAlias = Complete | Overspent | Enough | Barren | Late
Command: TypeAlias = Pull | Submit | Dismiss | Release | Finish
