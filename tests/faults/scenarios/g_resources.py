"""Group G: resources that run out."""

import ctypes
import os
import resource
import signal
import time
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EAGAIN
from errno import EMFILE
from errno import ENOMEM
from errno import ENOSPC
from pathlib import Path

from fstream import Context
from fstream import Failure
from fstream import Success
from fstream import forks
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import source_from
from fstream import stream
from tests.faults.programs import Program
from tests.faults.promises import AnyOutcome
from tests.faults.promises import failing_at_seven
from tests.faults.promises import outcomes_of
from tests.faults.promises import resident
from tests.faults.promises import stage_failure
from tests.faults.promises import worker_lost
from tests.faults.refusing import refuse
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scenarios.e_fallbacks import NEW_MOUNTS
from tests.faults.scenarios.e_fallbacks import PRIVATE

BUSY = 5.0  # so long may a busy machine take to start an interpreter
ALL_GOOD = [Success(10 * n) for n in range(24)]


def ten_times(n: int) -> int:
    return 10 * n


def slowly(n: int) -> int:
    time.sleep(0.005)
    return 10 * n


def in_a_program(work: Callable[[], None]) -> None:
    """Do ``work`` in a process whose limits nobody else has."""

    def begin(_tell: object) -> None:
        work()

    with Program(begin) as program:
        assert program.wait() == 0


def leave_descriptors(n: int) -> None:
    """Have room for ``n`` descriptors more from now on."""
    highest = max(int(link.name) for link in Path("/proc/self/fd").iterdir())
    wall = max(highest, 9) + 1 + n  # ours are moved up to 10 and more
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wall, hard))
    for number in range(3, 10):  # the room below is none for ours
        try:
            os.fstat(number)
        except OSError:
            os.dup2(0, number)


@contextmanager
def one_warning() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    (warning,) = caught
    assert warning.category is RuntimeWarning
    assert "cannot start more workers than" in str(warning.message), warning.message


def refusals(outcomes: list[AnyOutcome]) -> set[int | None]:
    """Prove that nothing was executed; answer what the system said."""
    causes = [stage_failure(each.failure()) for each in outcomes]
    assert {cause.step for cause in causes} == {"open"}
    assert all("no worker process could be started" in c.message for c in causes)
    return {int(cause.message[7:9]) for cause in causes}


# ---- descriptors


def g01(_context: Context) -> None:
    """Where there is no room for all workers there are fewer, or an error."""

    def few() -> None:
        leave_descriptors(12)
        with one_warning():
            assert outcomes_of(map_stage(slowly), processes(8)) == ALL_GOOD

    def none() -> None:
        leave_descriptors(1)
        began = time.monotonic()
        outcomes = outcomes_of(map_stage(slowly), processes(8))
        assert refusals(outcomes) == {EMFILE}
        assert len(outcomes) == 24
        assert time.monotonic() - began < 1 + BUSY

    in_a_program(few)
    in_a_program(none)


def killing_at_seven(n: int) -> int:
    if n == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return 10 * n


def g02(context: Context) -> None:
    """A worker that cannot be replaced leaves its work to the others."""

    def numbers() -> Iterator[int]:
        for n in range(300):
            if n == 3:
                leave_descriptors(0)
            yield n

    def work() -> None:
        warnings.simplefilter("ignore", RuntimeWarning)  # it may be asked for another
        stage = map_stage(killing_at_seven)
        outcomes = [*stream(source_from(numbers).via(stage), on=context)]
        lost = {n for n, each in enumerate(outcomes) if isinstance(each, Failure)}
        assert 7 in lost
        assert len(outcomes) == 300
        assert [each.unwrap() for each in outcomes if isinstance(each, Success)] == [
            10 * n for n in range(300) if n not in lost
        ]

    in_a_program(work)


# ---- processes, memory


def refused_everywhere(context: Context, reason: int) -> None:
    def work() -> None:
        refuse(("clone",), reason)
        began = time.monotonic()
        assert refusals(outcomes_of(map_stage(ten_times), context)) == {reason}
        assert time.monotonic() - began < 1 + BUSY

    in_a_program(work)


def g03(context: Context) -> None:
    """A system that has no process left gives an error that says so."""
    refused_everywhere(context, EAGAIN)


def g04(context: Context) -> None:
    """A system that has no memory left for a process gives an error that says so."""
    refused_everywhere(context, ENOMEM)


def g07(context: Context) -> None:
    """Full shared memory disturbs nobody, and nameless files replace that."""

    def fill_shared_memory() -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.unshare(NEW_MOUNTS) == 0
        assert libc.mount(b"none", b"/", None, PRIVATE, None) == 0
        assert libc.mount(b"none", b"/dev/shm", b"tmpfs", 1, b"size=4k") == 0

    def work() -> None:
        if os.getuid() == 0:
            fill_shared_memory()
        refuse(("memfd_create",), ENOSPC)
        assert outcomes_of(map_stage(ten_times), context) == ALL_GOOD

    in_a_program(work)


# ---- limits of a worker


def exceed_file_size(_: int) -> object:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    file = os.open(os.environ["TMPDIR"], os.O_TMPFILE | os.O_RDWR)
    return os.write(file, bytes(100)) + os.write(file, bytes(100))


def exceed_time(_: int) -> object:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass


def g10(context: Context) -> None:
    """A worker that writes more than it may is lost, and nothing else is."""
    assert worker_lost(failing_at_seven(exceed_file_size, context)).signal == "SIGXFSZ"


def g11(context: Context) -> None:
    """A worker that computes for longer than it may is lost, and nothing else is."""
    lost = worker_lost(failing_at_seven(exceed_time, context))
    assert lost.signal in {"SIGXCPU", "SIGKILL"}


# ---- many


def g12(_context: Context) -> None:
    """As many workers as nobody has room for: those there is room for do it all."""

    def work() -> None:
        leave_descriptors(60)
        with one_warning():
            items = source(range(400))
            outcomes = [*stream(items.via(map_stage(slowly)), on=processes(2000))]
        assert outcomes == [Success(10 * n) for n in range(400)]

    def beyond_1024() -> None:
        wall = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wall, 4096), wall))
        kept = [os.dup(0) for _ in range(1100)]
        assert outcomes_of(map_stage(ten_times), processes(2)) == ALL_GOOD
        assert len(kept) == 1100

    in_a_program(work)
    in_a_program(beyond_1024)


def g13(context: Context) -> None:
    """A slow consumer is waited for, whatever the source has."""
    pulled = 0

    def numbers() -> Iterator[int]:
        nonlocal pulled
        for n in range(200_000):
            pulled += 1
            yield n

    if context == forks(2):  # which takes more at once, the more a fork costs
        context = forks(2, chunk=64)
    values = stream(source_from(numbers).via(map_stage(ten_times)), on=context)
    for n in range(2000):
        assert next(values) == Success(10 * n)
        assert pulled <= n + 1 + 12 * 4096, (n, pulled)  # out, held, or being taken
    before, ahead = resident(), pulled
    time.sleep(0.2)  # the slowness itself
    assert pulled == ahead
    assert resident() - before < 1 << 20
    values.close()


def big_or_small(n: int) -> bytes:
    return bytes(64 << 20) if n == 7 else b"small"


def g14(context: Context) -> None:
    """A big result among small ones comes alone, and all arrive."""
    before = resident()
    sizes = []
    for outcome in stream(source(range(24)).via(map_stage(big_or_small)), on=context):
        sizes.append(len(outcome.unwrap()))
        del outcome
    assert sizes == [5] * 7 + [64 << 20] + [5] * 16
    assert resident() - before < 64 << 20, "it is still held"


SCENARIOS = {
    "G01": Scenario(run=g01, contexts=("processes",)),
    "G02": Scenario(run=g02, contexts=WORKERS),
    "G03": Scenario(run=g03, contexts=WORKERS),
    "G04": Scenario(run=g04, contexts=WORKERS),
    "G07": Scenario(run=g07, contexts=WORKERS),
    "G10": Scenario(run=g10, contexts=WORKERS),
    "G11": Scenario(run=g11, contexts=WORKERS),
    "G12": Scenario(run=g12, contexts=("processes",), seconds=10),
    "G13": Scenario(run=g13, contexts=EVERYWHERE),
    "G14": Scenario(run=g14, contexts=EVERYWHERE),
}
