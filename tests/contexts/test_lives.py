"""Nursery and workers end with their program, and disturb it in nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from tests.wait import is_alive
from tests.wait import wait_until

ROOT = Path(__file__).parents[2]
START = """
import os, sys
from fstream.contexts import backend_for
from fstream.plan.contexts import processes
from tests.contexts import work
from tests.contexts.work import answers, call, losses, next_happenings, segment

def begin(fn, width=2):
    backend = backend_for(processes(width))
    backend.open((segment(fn, on=processes(width)),))
    return backend

def outs(happenings):
    return [out for happening in happenings for out in happening.reply.outs]

def parent(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])

def pids(backend):
    while True:
        backend.poll()
        found = [remote.pid for remote in backend._remotes.values() if remote.pid]
        if len(found) == 2:
            return [*found, parent(found[0])]
"""


def start(script: Path, text: str, **options: object) -> subprocess.Popen[str]:
    script.write_text(START + dedent(text))
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )


def run(tmp_path: Path, text: str) -> list[str]:
    """Run ``text`` as a program; give the lines it prints."""
    program = start(tmp_path / "program.py", text)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (0, "")
    return out.splitlines()


def _environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _unmeasured() -> Mapping[str, str]:
    """Leave coverage out, which imports much itself."""
    ours = _environment()
    return {name: ours[name] for name in ours if not name.startswith("COVERAGE")}


def all_gone(pids: list[int]) -> bool:
    return not any(map(is_alive, pids))


@pytest.mark.parametrize("fn", ["work.hang", "work.hang_in_c"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_all_are_gone_soon_after_the_program_was_killed(
    tmp_path: Path, fn: str, end: signal.Signals
) -> None:
    text = f"""
        backend = begin({fn})
        backend.submit(call(0, [1]))
        backend.submit(call(1, [1]))
        print(*pids(backend), flush=True)
        sys.stdin.read()
    """
    with start(tmp_path / "program.py", text) as program:
        assert program.stdout is not None
        pids = [int(pid) for pid in program.stdout.readline().split()]
        program.send_signal(end)

        assert len(pids) == 3
        wait_until(lambda: all_gone(pids), within=2)


def test_all_are_gone_although_a_child_of_the_program_lives_on(tmp_path: Path) -> None:
    text = """
        backend = begin(work.hang)
        backend.submit(call(0, [1]))
        backend.submit(call(1, [1]))
        found = pids(backend)
        child = os.fork()
        if child == 0:
            sys.stdin.read()
            os._exit(0)
        print(*found, flush=True)
        os.waitpid(child, 0)
    """
    with start(tmp_path / "program.py", text) as program:
        assert program.stdout is not None
        pids = [int(pid) for pid in program.stdout.readline().split()]
        program.kill()

        assert len(pids) == 3
        wait_until(lambda: all_gone(pids), within=2)


def test_the_nursery_starts_while_the_first_run_is_imported(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        import sys
        for name in [name for name in sys.modules if name.startswith("fstream")]:
            del sys.modules[name]
        from pathlib import Path
        from fstream import collect, map_stage, processes, run, source

        class Looking:
            def find_spec(self, name, path=None, target=None):
                if name == "fstream.running":
                    told = Path("/proc/self/task", str(os.getpid()), "children")
                    print("a child" if told.read_text().split() else "none")

        sys.meta_path.insert(0, Looking())
        plan = source([1, 2]).via(map_stage(abs, on=processes(2))).to(collect())
        print(run(plan).unwrap())
        """,
    )

    assert lines == ["a child", "(1, 2)"]


def test_the_nursery_ends_with_the_program(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        backend = begin(work.identity)
        answers(backend, [[1], [2], [3]])
        print(*pids(backend))
        backend.close()
        """,
    )

    assert all_gone([int(pid) for pid in lines[0].split()])


def test_a_program_that_falls_off_its_end_leaves_nobody(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        import warnings
        warnings.simplefilter("ignore")  # that it is not closed is the point
        backend = begin(work.hang)
        backend.submit(call(0, [1]))
        backend.submit(call(1, [1]))
        print(*pids(backend))
        """,
    )

    pids = [int(pid) for pid in lines[0].split()]
    wait_until(lambda: all_gone(pids), within=2)


def test_functions_and_classes_of_main_work_both_ways(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        from dataclasses import dataclass
        from enum import Enum

        class Colour(Enum):
            RED = 1

        @dataclass(frozen=True)
        class Item:
            number: int
            colour: Colour = Colour.RED

            class Inner:
                pass

        def next_item(item):
            assert type(item) is Item and item.colour is Colour.RED
            return Item(item.number + 1, Colour.RED)

        backend = begin(next_item)
        found = outs(answers(backend, [[Item(n)] for n in range(5)]))
        backend.close()
        print(found == [Item(n + 1) for n in range(5)], found[0].colour is Colour.RED)
        """,
    )

    assert lines == ["True True"]


def test_a_class_of_main_that_cannot_be_shipped_stays_at_home(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        from threading import Lock

        class Locked:
            lock = Lock()

        class Item:
            pass

        backend = begin(work.identity)
        (here, there) = outs(answers(backend, [[Item(), 3]]))
        backend.close()
        print(type(here) is Item, there)
        """,
    )

    assert lines == ["True 3"]


@pytest.mark.parametrize(
    "policy",
    [
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "os.close(0)",
        "import threading; threading.stack_size(1 << 20)",
        "sys.argv[:] = []",
    ],
)
def test_a_host_of_its_own_ways_is_served(tmp_path: Path, policy: str) -> None:
    lines = run(
        tmp_path,
        f"""
        {policy}
        backend = begin(work.kill_at_seven)
        print(outs(answers(backend, [[1], [2]])))
        backend.submit(call(0, [7]))
        print(losses(backend, 1)[0].loss.signal)
        backend.close()
        """,
    )

    assert lines == ["[1, 2]", "SIGKILL"]


def test_a_host_without_standard_descriptors_is_served(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        told = os.dup(1)
        for number in (0, 1, 2):
            os.close(number)
        backend = begin(work.look_round)
        (found,) = outs(answers(backend, [["fds"]]))
        backend.close()
        os.write(told, str(found[:3]).encode())
        os._exit(0)
        """,
    )

    assert lines == ["[0, 1, 2]"]


def test_the_host_has_no_child(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        backend = begin(work.identity)
        answers(backend, [[1], [2]])
        backend.poll()
        try:
            print(os.waitpid(-1, os.WNOHANG))
        except ChildProcessError:
            print("none")
        backend.close()
        """,
    )

    assert lines == ["none"]


def test_a_forked_child_of_the_host_has_a_nursery_of_its_own(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        def nursery():
            backend = begin(work.hang)
            backend.submit(call(0, [1]))
            backend.submit(call(1, [1]))
            found = pids(backend)[2]
            backend.close()
            return found

        mine = nursery()
        child = os.fork()
        if child == 0:
            print(nursery() != mine, flush=True)
            sys.exit(0)
        os.waitpid(child, 0)
        print(nursery() == mine)
        """,
    )

    assert lines == ["True", "True"]


def test_options_of_the_interpreter_hold_in_workers(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    text = """
        def look(_):
            return sys.flags.optimize, sys.flags.dev_mode, list(sys.warnoptions)

        backend = begin(look)
        print(outs(answers(backend, [[1]])))
        backend.close()
    """
    script.write_text(START + dedent(text))

    done = subprocess.run(
        [sys.executable, "-O", "-X", "dev", "-W", "ignore::Warning", str(script)],
        capture_output=True,
        text=True,
        env=_environment(),
        check=True,
    )

    assert done.stdout == "[(1, True, ['default', 'ignore::Warning'])]\n"


def test_ctrl_c_reaches_the_program_alone(tmp_path: Path) -> None:
    text = """
        backend = begin(work.hang)
        backend.submit(call(0, [1]))
        backend.submit(call(1, [1]))
        try:
            print(*pids(backend), flush=True)
            sys.stdin.read()
        except KeyboardInterrupt:
            backend.close()
            print("closed")
    """
    with start(tmp_path / "program.py", text) as program:
        assert program.stdout is not None
        pids = [int(pid) for pid in program.stdout.readline().split()]
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=5)

    assert (out, err) == ("closed\n", "")
    assert all_gone(pids)


def test_importing_contexts_imports_nothing_heavy() -> None:
    text = """
import sys
import fstream.contexts
heavy = {"multiprocessing", "asyncio", "subprocess", "cloudpickle", "concurrent"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        env=_unmeasured(),
        check=True,
    )

    assert done.stdout == "[]\n"


def test_nobody_imports_logging_for_those_who_do_not_log(tmp_path: Path) -> None:
    functions = """
        import sys

        def is_there(_):
            return "logging" in sys.modules

        def log(_):
            import logging
            return len(logging.root.handlers)
    """
    (tmp_path / "functions.py").write_text(dedent(functions))
    text = """
        from fstream import collect, map_stage, processes, run, source
        from functions import is_there, log

        for fn in (is_there, log):
            plan = source([1]).via(map_stage(fn, on=processes(1))).to(collect())
            print(*run(plan).unwrap(), is_there(0))
    """
    script = tmp_path / "program.py"
    script.write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env=_unmeasured(),
        check=True,
    )

    assert done.stdout == "False False\n0 False\n"


def test_random_numbers_differ_between_workers(tmp_path: Path) -> None:
    lines = run(
        tmp_path,
        """
        import random

        def draw(_):
            return os.getpid(), random.random()

        backend = begin(draw)
        backend.submit(call(0, [1]))
        backend.submit(call(1, [1]))
        found = []
        while len(found) < 2:
            found += outs(next_happenings(backend))
        backend.close()
        print(len({pid for pid, _ in found}), len({number for _, number in found}))
        """,
    )

    assert lines == ["2 2"]
