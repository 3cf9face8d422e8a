"""The command ``fstream``."""

import os
import sys
import time
from argparse import ArgumentParser
from argparse import Namespace
from contextlib import AbstractContextManager
from contextlib import nullcontext
from fractions import Fraction
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, Never, TextIO, TypeAlias, final

from fstream.api import run
from fstream.cli.machine import run_json
from fstream.cli.options import context_from
from fstream.cli.options import tolerance_from
from fstream.cli.target import AnyPlan
from fstream.cli.target import load
from fstream.cli.text import run_text
from fstream.interpreter.report import Report
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.result.errors import PlanInvalid
from fstream.result.outcome import Failure
from fstream.result.outcome import Success

Code: TypeAlias = Literal[0, 1, 2, 130]
COMPLETE: Code = 0
FAILED: Code = 1
BAD_INPUT: Code = 2
INTERRUPTED: Code = 130


def main() -> int:
    """Do what the command line asks for, and answer the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    request = _parser().parse_args(namespace=_Request())
    try:
        with _answer_to(request) as answer:
            return _load_and_run(request, answer)
    except KeyboardInterrupt:
        sys.stderr.write("fstream: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left; what is still buffered must not be tried again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED


@final
class _Request(Namespace):
    """What the command line asks for."""

    target: str
    on: Context
    tolerate: int | Fraction
    json: bool


@final
class _Parser(ArgumentParser):
    """A parser that tells what is wrong in one sentence."""

    def error(self, message: str) -> Never:
        self.exit(BAD_INPUT, f"fstream: {message}\n")


def _parser() -> ArgumentParser:
    parser = _Parser(prog="fstream", description="Run plans of typed streams.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    runs = commands.add_parser(
        "run",
        help="run a plan; print its outcome, ledger and failures",
        description="Run a plan; print its outcome, its ledger and its failures.",
        epilog="Exit codes: 0 complete, 1 failed, 2 bad input, 130 interrupted.",
    )
    runs.add_argument(
        "target", metavar="TARGET", help="module:attribute or file.py:attribute"
    )
    runs.add_argument(
        "--on",
        type=context_from,
        default=inline(),
        metavar="CONTEXT",
        help="where its stages run: inline (the default), threads:N, forks:N"
        " or processes:N",
    )
    runs.add_argument(
        "--tolerate",
        type=tolerance_from,
        default=0,
        metavar="FAILURES",
        help="complete despite so many (20), or such a share of the items (1%%, 1/99)",
    )
    runs.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object; what the plan prints goes to standard error",
    )
    return parser


def _answer_to(request: _Request) -> AbstractContextManager[TextIO]:
    """Give the stream for the answer; with ``--json`` nobody else writes to it."""
    if sys.__stdout__ is None:  # it was closed when the program began
        return Path(os.devnull).open("w", encoding="utf-8")
    if not request.json:
        return nullcontext(sys.stdout)
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # for this process and the workers it will start
    return answer


def _load_and_run(request: _Request, answer: TextIO) -> Code:
    match load(request.target):
        case Success(plan):
            return _run(plan, request, answer)
        case Failure(reason):
            return _refuse(reason)


def _run(plan: AnyPlan, request: _Request, answer: TextIO) -> Code:
    report = Report()
    began = time.monotonic()
    outcome = run(plan, on=request.on, tolerate=request.tolerate, observers=[report])
    seconds = time.monotonic() - began
    match outcome:
        case Failure(PlanInvalid() as invalid):
            return _refuse(str(invalid))
        case _ if request.json:
            text = run_json(outcome, report)
        case _:
            text = run_text(outcome, report, seconds)
    answer.write(f"{text}\n")
    answer.flush()
    return COMPLETE if isinstance(outcome, Success) else FAILED


def _refuse(reason: str) -> Code:
    sys.stderr.write(f"fstream: {reason}\n")
    return BAD_INPUT
