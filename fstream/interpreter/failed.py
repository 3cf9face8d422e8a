"""Failure records of a run, made into error values when somebody looks."""

from dataclasses import dataclass
from dataclasses import replace
from typing import assert_never, final

from fstream.compiler.program import Program
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import SourceBroke
from fstream.result.captured import Details
from fstream.result.captured import Glimpse
from fstream.result.captured import stage_failure
from fstream.result.errors import SourceFailed
from fstream.result.errors import TimedOut
from fstream.result.errors import WorkerLost
from fstream.result.printable import short_repr

ITEM_LIMIT = 1000


@final
@dataclass(slots=True)  # not frozen: one is made for every failing item
class Failed:
    """One failure record: a fault, the item it belongs to, and where it was."""

    index: int
    fault: Fault
    context: str
    pid: int
    item: object = None


def is_of_source(failed: Failed) -> bool:
    """Whether that was the end of a source, and so of no item."""
    return isinstance(failed.fault.cause, SourceBroke)


def error_value(failed: Failed, program: Program) -> object:
    """What users see of ``failed``: an error, or the exit that was left open."""
    match failed.fault.cause:
        case OpenExit(value):
            return value
        case SourceBroke(error, own):
            label = own or program.origin.label
            return SourceFailed(
                source=label.name, site=str(label.site), index=failed.index, error=error
            )
        case Loss():
            return loss_value(failed, failed.fault.cause, program)
        case Glimpse() | Details():
            return _stage_failure(failed, failed.fault.cause, program)
        case _:
            assert_never(failed.fault.cause)


def loss_value(failed: Failed, loss: Loss, program: Program) -> WorkerLost | TimedOut:
    """The error value for an item whose worker ended, or was ended."""
    label = program.stages[failed.fault.stage].label
    if loss.limit is not None:
        return TimedOut(
            stage=label.name,
            site=str(label.site),
            index=failed.index,
            item=short_repr(failed.item, ITEM_LIMIT),
            attempt=len(failed.fault.earlier) + 1,
            context=failed.context,
            pid=loss.pid,
            limit=loss.limit,
            effects="unknown",
            earlier=failed.fault.earlier,
        )
    return WorkerLost(
        stage=label.name,
        site=str(label.site),
        step=failed.fault.step,
        index=failed.index,
        item=short_repr(failed.item, ITEM_LIMIT),
        attempt=len(failed.fault.earlier) + 1,
        earlier=failed.fault.earlier,
        context=failed.context,
        pid=loss.pid,
        exit_code=loss.exit_code,
        signal=loss.signal,
        effects="unknown",
        stacks=loss.stacks,
    )


def ending(failed: Failed, program: Program) -> str:
    """Tell in a line how the worker of a lost item ended."""
    match failed.fault.cause:
        case Loss() as loss:
            return loss_value(failed, loss, program).ending
        case _:
            text = "only a lost item's worker has ended"
            raise AssertionError(text)


def _stage_failure(
    failed: Failed, cause: Glimpse | Details, program: Program
) -> object:
    label = program.stages[failed.fault.stage].label
    failure = stage_failure(
        cause,
        stage=label.name,
        site=str(label.site),
        step=failed.fault.step,
        index=failed.index,
        earlier=failed.fault.earlier,
        context=failed.context,
        pid=failed.pid,
    )
    return replace(failure, effects="complete") if failed.fault.is_result else failure
