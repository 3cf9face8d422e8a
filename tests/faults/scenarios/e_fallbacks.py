"""Groups C and E: the nursery is killed, and systems that refuse what others give."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from errno import ENOSYS
from errno import EPERM
from functools import partial
from pathlib import Path

from fstream import Context
from fstream import Failure
from fstream import Success
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.promises import Faulty
from tests.faults.promises import outcomes_of
from tests.faults.promises import worker_lost
from tests.faults.refusing import refuse
from tests.faults.scenario import Scenario
from tests.faults.scenario import both
from tests.faults.scenarios import c_death
from tests.faults.scenarios import e_ends
from tests.faults.scenarios import e_hosts
from tests.faults.scratch import Scratch
from tests.faults.scratch import note
from tests.faults.scratch import noted
from tests.wait import is_alive
from tests.wait import is_asleep
from tests.wait import wait_until

NEW_MOUNTS = 0x20000
PRIVATE = 0x4C000


# ---- the nursery


def kill_the_nursery(path: str, _: int) -> object:
    """End the parent of all workers, with a helper left in the group."""
    helper = os.fork()
    if helper == 0:
        time.sleep(60)
        os._exit(0)
    note(path, os.getpid(), helper)
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
    return None


def c18(context: Context) -> None:
    """A nursery that is killed costs what was executed, and is replaced."""
    with Scratch() as path:
        outcomes = outcomes_of(
            map_stage(Faulty(partial(kill_the_nursery, path))), context
        )
        again = outcomes_of(map_stage(Faulty(abs, at=-1)), context)
        everyone = [pid for line in noted(path) for pid in line]
        wait_until(lambda: not any(map(is_alive, everyone)), within=2)

    failed = {n: each for n, each in enumerate(outcomes) if isinstance(each, Failure)}
    assert len(outcomes) == 24
    assert 7 in failed
    assert len(failed) <= 2
    assert all(worker_lost(each.failure()) for each in failed.values())
    assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
        10 * n for n in range(24) if n not in failed
    ]
    assert again == [Success(10 * n) for n in range(24)]


def c18_at_rest(context: Context) -> None:
    """A nursery that is killed while its workers have nothing to do costs nothing."""
    # So many that no machine, however busy, has executed all before they are at rest.
    count = 20_000
    running = stream(source(range(count)).via(map_stage(parents)), on=context)
    nursery, _ = next(running).unwrap()
    children = Path(f"/proc/{nursery}/task/{nursery}/children").read_text().split()
    wait_until(lambda: all(is_asleep(int(pid)) for pid in children))
    os.kill(nursery, signal.SIGKILL)
    wait_until(lambda: not is_alive(nursery))
    found = [outcome.unwrap() for outcome in running]

    assert len(found) == count - 1
    assert found[-1][0] != nursery


def parents(n: int) -> tuple[int, int]:
    return os.getppid(), n


# ---- systems that refuse


def survived_where(
    prepare: Callable[[], None],
    rows: tuple[Callable[[Context], None], ...],
    context: Context,
) -> None:
    """Have ``rows`` pass in a program each, which ``prepare`` was called in before."""
    for row in rows:

        def work(_tell: object, row: Callable[[Context], None] = row) -> None:
            prepare()
            row(context)

        with Program(work) as program:
            assert program.wait() == 0, row.__name__


def hide_proc() -> None:
    """Have nothing in ``/proc`` from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    steps = (
        libc.unshare(NEW_MOUNTS),
        libc.mount(b"none", b"/", None, PRIVATE, None),
        libc.mount(b"none", b"/proc", b"tmpfs", 0, None),
    )
    assert steps == (0, 0, 0), os.strerror(ctypes.get_errno())


def e24(context: Context) -> None:
    """Without pidfds and files in memory the same rows hold."""
    rows: tuple[Callable[[Context], None], ...] = (
        *(c_death.c01, c_death.c02, c_death.c05, c_death.c10, c_death.c13),
        *(e_ends.e01, e_hosts.e10),
    )
    if context == processes(2):  # those with a nursery
        rows += (c18, e_ends.e28)
    lost = ("pidfd_open", "memfd_create")
    survived_where(partial(refuse, lost, ENOSYS), rows, context)
    survived_where(partial(refuse, lost, EPERM), rows[:1], context)
    if os.getuid() == 0:
        survived_where(hide_proc, (c_death.c01, e_hosts.notices), context)


SCENARIOS = {
    "C18": Scenario(run=both(c18, c18_at_rest), contexts=("processes",)),
    "E24": Scenario(run=e24, contexts=("processes", "forks"), seconds=25),
}
