"""The command that runs the cases.

``python -m benchmarks [ids] [--full | --small] [--rounds N] [--size FACTOR]``
prints one table. Each case runs in a process of its own, so that the heap of
one never weighs on the next. A goal that is missed, or a wrong result, makes the
exit status 1; ``--small`` checks results only.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import CASES
from benchmarks.scale import Scale
from benchmarks.table import Row
from benchmarks.table import render

_SECONDS_PER_CASE = 900


def main(arguments: Sequence[str]) -> int:
    """Run the chosen cases; return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen: list[str] = options.ids or list(CASES)
    if unknown := [name for name in chosen if name not in CASES]:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    if options.rounds < 5 and options.mode != "small":
        parser.error(f"--rounds must be at least 5, but got {options.rounds}")
    rounds = 1 if options.mode == "small" else options.rounds
    scale = Scale(mode=options.mode, rounds=rounds, size=options.size)
    if options.rows:
        print(json.dumps([asdict(r) for name in chosen for r in CASES[name](scale)]))
        return 0
    rows = [row for name in chosen for row in _apart(name, scale)]
    print(_machine(scale), render(rows), sep="\n\n")
    return 1 if any(row.met == "no" for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("ids", nargs="*", metavar="ID", help=", ".join(CASES))
    mode = parser.add_mutually_exclusive_group()
    for name, text in [
        ("quick", "the default: at most a million items"),
        ("full", "with ten million items where the case has them"),
        ("small", "each once, for the sake of correctness only"),
    ]:
        mode.add_argument(
            f"--{name}", dest="mode", action="store_const", const=name, help=text
        )
    parser.add_argument("--rounds", type=int, default=9, help="at least 5")
    parser.add_argument("--size", type=float, default=1.0, help="factor for all sizes")
    parser.add_argument("--rows", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(mode="quick")
    return parser


def _apart(name: str, scale: Scale) -> list[Row]:
    print(f"{name} ...", file=sys.stderr, flush=True)
    options = ["--rounds", str(scale.rounds), "--size", str(scale.size)]
    command = [sys.executable, "-m", "benchmarks", name, f"--{scale.mode}", "--rows"]
    with (
        TemporaryDirectory() as compiled,
        subprocess.Popen(
            [*command, *options],
            env=_environment(compiled),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd=Path(__file__).parents[1],
        ) as case,
    ):
        try:
            out, said = case.communicate(timeout=_SECONDS_PER_CASE)
        except subprocess.TimeoutExpired:
            os.killpg(case.pid, signal.SIGKILL)
            return [_broken(name, f"no answer in {_SECONDS_PER_CASE} s")]
    if case.returncode != 0:
        return [_broken(name, said.strip() or f"exit status {case.returncode}")]
    rows = [Row(**fields) for fields in json.loads(out)]
    return [replace(row, met="-") for row in rows] if scale.mode == "small" else rows


def _environment(compiled: str) -> dict[str, str]:
    """Give an environment in which modules are compiled once, as users have it."""
    own = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONPYCACHEPREFIX": compiled}


def _broken(name: str, reason: str) -> Row:
    return Row(
        id=name,
        workload="did not come to an end",
        limit="-",
        peer="-",
        fstream="-",
        ratio="-",
        goal="-",
        met="no",
        note=reason,
    )


def _machine(scale: Scale) -> str:
    today = datetime.now(tz=UTC).date()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    load = f"load {os.getloadavg()[0]:.1f}"
    return (
        f"{today}, {os.cpu_count()} x {platform.machine()}, {python}, {load}; "
        f"{scale.mode}, {scale.rounds} rounds, medians of contender / limit"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
