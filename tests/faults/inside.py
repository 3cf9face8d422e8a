"""What happens in the process of a scenario: it runs, and its host is as before."""

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from fstream.worker import lifeline
from tests.faults.scenario import CONTEXTS
from tests.faults.scenario import PATIENCE
from tests.faults.scenario import Scenario
from tests.leaks import left_behind
from tests.leaks import traces


def live_through(scenario: Scenario, context: str) -> int:
    """Run ``scenario``; tell on stderr what went wrong, and answer the exit code."""
    before, facts = traces(), dict(_facts())
    try:
        scenario.run(CONTEXTS[context])
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        lifeline._program.end()  # so that nothing at all may stay
    gc.collect()
    left = (*left_behind(before, within=PATIENCE), *_changed(facts, dict(_facts())))
    wrong = [text for text in left if not text.startswith(scenario.leaves)]
    if wrong:
        print("left behind:", "; ".join(wrong), file=sys.stderr)
    return int(bool(wrong))


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return [
        f"{name}: {before.get(name)!r}, now {after.get(name)!r}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _facts() -> Iterator[tuple[str, object]]:
    """Tell all of the host that a run must leave alone."""
    for number in sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}):
        yield f"handler of signal {int(number)}", signal.getsignal(number)
    yield "signal mask", signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield "interval timer", signal.getitimer(signal.ITIMER_REAL)
    yield "wake-up descriptor", _wakeup_descriptor()
    yield "umask", _umask()
    yield "working directory", Path.cwd()
    yield "environment", dict(os.environ)
    yield "sys.path", tuple(sys.path)
    yield "standard streams", (sys.stdin, sys.stdout, sys.stderr)
    yield "hooks", (sys.excepthook, sys.unraisablehook, threading.excepthook)
    yield "__main__", sys.modules.get("__main__")


def _wakeup_descriptor() -> int:
    number = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(number)
    return number


def _umask() -> int:
    mask = os.umask(0o77)
    os.umask(mask)
    return mask
