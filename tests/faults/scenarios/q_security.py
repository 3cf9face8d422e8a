"""Group Q: who may do what."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import fstream
from fstream import Context
from fstream import Success
from fstream import map_stage
from fstream import source
from fstream import stream
from tests.faults.programs import Program
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario

NOBODY = 65534


def pid_of(_: object) -> int:
    return os.getpid()


def q01(context: Context) -> None:
    """Nobody else can open what a run has open: it has no names, and is ours."""
    values = stream(source(range(100_000)).via(map_stage(pid_of)), on=context)
    worker = next(values).unwrap()
    ours = [f"/proc/{os.getpid()}/fd/{number}" for number in memory_files()]
    theirs = f"/proc/{worker}/fd"

    def work(tell: Callable[..., None]) -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        tell(*(is_refused(path) for path in [*ours, theirs]))

    if os.getuid() == 0:  # who else could become somebody else
        with Program(work) as program:
            assert {*program.line().split()} == {"True"}
    for path in ours:
        assert Path(path).stat().st_mode & 0o7077 == 0, path
    values.close()


def memory_files() -> list[int]:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [int(each.name) for each in links if "memfd:fst" in str(each.readlink())]


def is_refused(path: str) -> bool:
    try:
        os.listdir(path) if path.endswith("fd") else os.open(path, os.O_RDWR)  # noqa: PTH208
    except (PermissionError, FileNotFoundError):  # forks are gone by now
        return True
    return False


class Hostile:
    """Would run code where it is loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (66,)


def same(item: object) -> object:
    return item


def q04(context: Context) -> None:
    """Values that look like pickles, or like code, are values."""
    values = [
        pickle.dumps(Hostile()),
        bytearray(pickle.dumps(Hostile())),
        "cos\n_exit\n(I66\ntR.",
        "__import__('os')._exit(66)",
        {"__reduce__": "os._exit(66)"},
    ]

    found = [*stream(source(values).via(map_stage(same)), on=context)]

    assert found == [Success(value) for value in values]


def q05(_context: Context) -> None:
    """No variable of the environment changes what the library does."""
    package = Path(fstream.__file__).parent
    texts = {path: path.read_text() for path in package.rglob("*.py")}

    assert [path for path, text in texts.items() if "FSTREAM_" in text] == []
    assert [path.name for path, text in texts.items() if "getenv" in text] == []


SCENARIOS = {
    "Q01": Scenario(run=q01, contexts=WORKERS),
    "Q04": Scenario(run=q04, contexts=EVERYWHERE),
    "Q05": Scenario(run=q05, contexts=("inline",)),
}
