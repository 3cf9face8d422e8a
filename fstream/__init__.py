"""Typed streams as values: compose a plan, run it anywhere, get values back."""

from fstream.api import explain
from fstream.api import run
from fstream.api import stream
from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import Case
from fstream.combinators.cases import CaseHead
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.choices import Choice
from fstream.combinators.choices import route_when
from fstream.combinators.coroutines import map_async
from fstream.combinators.coroutines import try_async
from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import emit_to
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.limits import take
from fstream.combinators.limits import take_while
from fstream.combinators.merges import merge
from fstream.combinators.predicates import By
from fstream.combinators.predicates import When
from fstream.combinators.predicates import WhenArm
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.resources import Using
from fstream.combinators.resources import using
from fstream.combinators.routes import route
from fstream.combinators.sinks import closed
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import live_source
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.compiler.explanation import Explanation
from fstream.interpreter.report import Failures
from fstream.interpreter.report import ItemsFailed
from fstream.interpreter.report import Observer
from fstream.interpreter.report import Report
from fstream.interpreter.report import RunEvent
from fstream.interpreter.report import RunFinished
from fstream.interpreter.report import RunStarted
from fstream.interpreter.report import StageFinished
from fstream.interpreter.report import StageReport
from fstream.interpreter.report import StageStarted
from fstream.interpreter.row import Row
from fstream.plan.care import Retry
from fstream.plan.contexts import Context
from fstream.plan.contexts import ForkWarning
from fstream.plan.contexts import NamedContext
from fstream.plan.contexts import TaskContext
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import tasks
from fstream.plan.contexts import threads
from fstream.plan.emissions import Emit
from fstream.plan.named import context
from fstream.plan.ports import Port
from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.errors import Cancelled
from fstream.result.errors import ItemFailure
from fstream.result.errors import PlanInvalid
from fstream.result.errors import RunError
from fstream.result.errors import SinkFailed
from fstream.result.errors import SourceFailed
from fstream.result.errors import StageFailure
from fstream.result.errors import TimedOut
from fstream.result.errors import TooManyFailures
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Result
from fstream.result.outcome import Success
from fstream.result.record import Captured
from fstream.result.record import Frame

__all__ = [
    "By",
    "Cancelled",
    "Captured",
    "Case",
    "CaseHead",
    "Choice",
    "Context",
    "Emit",
    "Explanation",
    "Failure",
    "Failures",
    "ForkWarning",
    "Frame",
    "ItemFailure",
    "ItemsFailed",
    "NamedContext",
    "Observer",
    "Outcome",
    "Plan",
    "PlanInvalid",
    "Port",
    "Report",
    "Result",
    "Retry",
    "Row",
    "RunError",
    "RunEvent",
    "RunFinished",
    "RunStarted",
    "Sink",
    "SinkFailed",
    "Source",
    "SourceFailed",
    "Stage",
    "StageFailure",
    "StageFinished",
    "StageReport",
    "StageStarted",
    "Success",
    "TaskContext",
    "TimedOut",
    "TooManyFailures",
    "Using",
    "When",
    "WhenArm",
    "WorkerLost",
    "attempt",
    "batch",
    "broadcast",
    "by",
    "case",
    "case_port",
    "catch",
    "closed",
    "collect",
    "context",
    "count",
    "distinct",
    "drain",
    "drop",
    "emit",
    "emit_stage",
    "emit_to",
    "explain",
    "filter_stage",
    "flat_map_stage",
    "fold",
    "for_each",
    "forks",
    "group_by_key",
    "identity",
    "inline",
    "leave",
    "limit_rate",
    "live_source",
    "map_async",
    "map_stage",
    "merge",
    "narrow_stage",
    "processes",
    "route",
    "route_when",
    "run",
    "scan_by",
    "scan_stage",
    "source",
    "source_from",
    "stream",
    "take",
    "take_while",
    "tasks",
    "threads",
    "to_port",
    "try_async",
    "try_stage",
    "unbatch",
    "using",
    "when",
    "within",
]
