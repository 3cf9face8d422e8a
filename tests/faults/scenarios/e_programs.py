"""Group E: programs of every kind, each an interpreter of its own."""

import socket
import subprocess
import sys
import time
import zipapp
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from fstream import Context
from tests.faults.programs import environment
from tests.faults.programs import interpreted
from tests.faults.scenario import EVERYWHERE
from tests.faults.scenario import WORKERS
from tests.faults.scenario import Scenario
from tests.faults.scenario import both
from tests.faults.scratch import Scratch
from tests.faults.scratch import noted
from tests.wait import is_alive
from tests.wait import wait_until

BUSY = 2.0  # so long may a busy machine take to end an interpreter

TELLING = """
from fstream import *

class Item:
    def __init__(self, n):
        self.n = n

factor = 10

def ten_times(item):
    assert item.n != 7, "boom-7"
    return Item(factor * item.n)

items = source([Item(n) for n in range(24)]).via(map_stage(ten_times))
outcomes = list(stream(items, on={context!r}))
good = [o.unwrap() for o in outcomes if isinstance(o, Success)]
print([item.n for item in good] == [10 * n for n in range(24) if n != 7])
print({{type(item) is Item for item in good}}, outcomes[7].failure().message)
"""
TOLD = "True\n{True} boom-7\n"


def clean(done: subprocess.CompletedProcess[str], told: str = TOLD) -> None:
    """Prove that a program told ``told``, and nothing else."""
    assert (done.returncode, done.stderr, done.stdout) == (0, "", told), done


def script(folder: str, text: str, *arguments: str) -> list[str]:
    """Write a program; give the command that runs it."""
    path = Path(folder) / "program.py"
    path.write_text(dedent(text))
    return [sys.executable, "-W", "error", str(path), *arguments]


def executed(
    command: list[str], **options: str | Mapping[str, str] | int | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        **{"env": environment(), **options},
    )


# ---- the end of a program


def e07(context: Context) -> None:
    """A program that falls off its end in the middle of a stream ends at once."""
    with Scratch() as path:
        done = interpreted(
            f"""
            import time
            from fstream import *
            from tests.faults.scenarios.e_hosts import noting
            from functools import partial

            items = source(range(100_000)).via(map_stage(partial(noting, {path!r})))
            values = stream(items, on={context!r})
            next(values)
            print(time.monotonic())
            """
        )
        took = time.monotonic() - float(done.stdout)
        workers = {line[0] for line in noted(path)}

    assert (done.returncode, done.stderr) == (0, "")
    assert took < 1 + BUSY
    wait_until(lambda: not any(map(is_alive, workers)), within=1)


def e23(context: Context) -> None:
    """A run that a program begins while it ends works, or is refused at once."""
    done = interpreted(
        f"""
        import atexit
        from fstream import *

        def late():
            try:
                list(stream(source([1]).via(map_stage(abs)), on={context!r}))
            except RuntimeError as exc:
                print("refused:", "ending" in str(exc) or "shutdown" in str(exc))
            else:
                print("works")

        class Late:
            def __del__(self):
                late()

        atexit.register(late)
        list(stream(source([1]).via(map_stage(abs)), on={context!r}))
        atexit.register(late)
        kept = Late()
        """
    )

    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert len(told) == 3
    assert {*told} <= {"works", "refused: True"}


# ---- where the functions of a program come from


def e19(context: Context) -> None:
    """Functions and classes that a notebook defines work both ways."""
    cells = TELLING.format(context=context).split("\n\n")
    clean(
        interpreted(
            f"""
            import __main__
            for n, cell in enumerate({cells!r}):
                exec(compile(cell, f"<ipython-input-{{n}}>", "exec"), vars(__main__))
            """
        )
    )
    clean(interpreted(TELLING.format(context=context), by="-"))


def e20(context: Context) -> None:
    """A program without a file, whose input is a socket, has the same outcomes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        text = TELLING.format(context=context)
        clean(interpreted(text, stdin=theirs.fileno()))


def e21(context: Context) -> None:
    """A script needs no guard against being run again by its workers."""
    with TemporaryDirectory() as folder:
        text = f"print('once')\n{TELLING.format(context=context)}"
        clean(executed(script(folder, text)), f"once\n{TOLD}")


def e22(context: Context) -> None:
    """Workers have the path, folder, variables and mask of when the run began."""
    text = f"""
        import os, sys
        from pathlib import Path
        from fstream import *

        def look(name):
            mask = os.umask(0)
            os.umask(mask)
            here = Path.cwd().name
            return here, os.environ.get("SET"), "HOME" in os.environ, mask, sys.argv

        def use(name):
            import late
            return late.told(name)

        def tell(fn):
            (outcome,) = stream(source(["x"]).via(map_stage(fn)), on={context!r})
            return outcome.unwrap()

        tell(look)
        Path("other").mkdir()
        (Path("other") / "late.py").write_text("def told(n): return n + ' is told'")
        os.chdir("other")
        os.environ["SET"] = "late"
        os.environ.pop("HOME", None)
        os.umask(0o26)
        sys.path.insert(0, "")
        sys.argv[1:] = ["more"]
        print(tell(look)[:-1], tell(look)[-1][1:], tell(use))
        os.chdir("..")
        sys.path[0] = os.path.abspath("other")
        print(tell(use))
    """
    told = "('other', 'late', False, 22, ) ['more'] x is told\nx is told\n"
    with TemporaryDirectory() as folder:
        done = executed(script(folder, text), cwd=folder)
        clean(done, told.replace("22, )", "22)"))


def e22_zipapp(context: Context) -> None:
    """A program in one archive, with the library or without, has workers."""
    with TemporaryDirectory() as folder:
        package = Path(folder) / "program"
        package.mkdir()
        (package / "functions.py").write_text("def double(n): return 2 * n\n")
        (package / "__main__.py").write_text(
            "from fstream import *\n"
            "from functions import double\n"
            f"items = source(range(5)).via(map_stage(double, on={context!r}))\n"
            "print([each.unwrap() for each in stream(items)])\n"
        )
        zipapp.create_archive(package, Path(folder) / "program.pyz")
        command = [sys.executable, "-W", "error", "program.pyz"]
        clean(executed(command, cwd=folder), "[0, 2, 4, 6, 8]\n")


SCENARIOS = {
    "E07": Scenario(run=e07, contexts=EVERYWHERE),
    "E19": Scenario(run=e19, contexts=EVERYWHERE, seconds=10),
    "E20": Scenario(run=e20, contexts=EVERYWHERE),
    "E21": Scenario(run=e21, contexts=WORKERS),
    "E22": Scenario(run=both(e22, e22_zipapp), contexts=WORKERS, seconds=10),
    "E23": Scenario(run=e23, contexts=EVERYWHERE),
}
