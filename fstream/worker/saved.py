"""What was saved of frames that users' objects do not let load as a whole.

Objects that load are loaded a second time for it. The functions raise ``ValueError``
where nothing can be saved.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, final

from fstream.interpreter.chunk import OpenExit
from fstream.result.captured import Details
from fstream.transport.frame import Frame
from fstream.worker.blame import glimpse_outside

if TYPE_CHECKING:
    from fstream.transport.salvage import Salvage


@final
@dataclass(frozen=True, slots=True)
class Saved:
    """The items that loaded, and what failed the others, by their numbers."""

    items: list[object]
    causes: Mapping[int, Details]


def saved_items(frame: Frame) -> Saved:
    """Load what loads of a call's items, in a worker."""
    salvage = _salvage(frame, ())
    items = cast("list[object]", salvage.value)
    causes = _causes(salvage, items)
    return Saved([item for n, item in enumerate(items) if n not in causes], causes)


def saved_results(
    frame: Frame, *, exits: int
) -> tuple[list[object], Mapping[int, Details], Sequence[OpenExit | Details]]:
    """Load what loads of a reply, in the parent: outputs, their causes, exits."""
    salvage = _salvage(frame, (KeyboardInterrupt,))
    outs, values = cast("list[object]", salvage.value), list[object]()
    if exits:
        outs, values = cast("tuple[list[object], list[object]]", salvage.value)
    failed = _causes(salvage, values)
    opened = [failed.get(n) or OpenExit(value) for n, value in enumerate(values)]
    return outs, _causes(salvage, outs), opened


def _salvage(frame: Frame, through: tuple[type[BaseException], ...]) -> "Salvage":
    from fstream.transport import salvage  # noqa: PLC0415  # 3 ms, rarely used

    return salvage.salvage(frame.body, frame.buffers, through=through)


def _causes(salvage: "Salvage", values: Sequence[object]) -> dict[int, Details]:
    told: dict[int, Details] = {}
    causes: dict[int, Details] = {}
    for n, value in enumerate(values):
        cause = salvage.cause_of(value)
        if cause is None:
            continue
        if id(cause) not in told:
            told[id(cause)] = glimpse_outside(cause, None).details()
        causes[n] = told[id(cause)]
    return causes
