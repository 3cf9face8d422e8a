"""A copy is there for one chunk, and whatever ends it costs one item at most."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest

from fstream import ForkWarning
from fstream.contexts import backend_for
from fstream.contexts import forked
from fstream.contexts.forks import ForkBackend
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Returned
from fstream.plan.contexts import forks
from fstream.worker import child
from fstream.worker import forking
from tests.contexts import work
from tests.contexts.work import answers
from tests.contexts.work import call
from tests.contexts.work import identity
from tests.contexts.work import next_happenings
from tests.contexts.work import next_loss
from tests.contexts.work import segment
from tests.wait import is_alive
from tests.wait import wait_until

ON = forks(2)


@pytest.fixture
def begin() -> Iterator[Callable[[object], Backend]]:
    backends: list[Backend] = []

    def begun(fn: object) -> Backend:
        backend = backend_for(ON)
        backends.append(backend)
        backend.open((segment(fn, on=ON),))
        return backend

    yield begun
    for backend in backends:
        backend.close()


def test_each_chunk_has_a_process_of_its_own(
    begin: Callable[[object], Backend],
) -> None:
    found = answers(begin(work.pid), [[1, 2], [3], [4]])

    pids = [each.reply.outs for each in found if isinstance(each, Returned)]
    assert len({pid for outs in pids for pid in outs}) == 3
    assert pids[0][0] == pids[0][1]


def test_no_more_are_at_work_than_there_is_room_for(
    begin: Callable[[object], Backend],
) -> None:
    backend = begin(work.hang)
    for ticket in range(5):
        backend.submit(call(ticket, [ticket]))

    assert isinstance(backend, ForkBackend)
    assert len(backend._children) == 2
    assert len(backend._waiting) == 3


def test_items_that_cannot_be_pickled_are_no_trouble(
    begin: Callable[[object], Backend],
) -> None:
    (answer,) = answers(begin(lambda item: type(item).__name__), [[work.Dangerous()]])

    assert isinstance(answer, Returned)
    assert answer.reply.outs == ["Dangerous"]


@pytest.mark.parametrize(
    ("fn", "told"),
    [
        (work.kill_at_seven, (None, "SIGKILL")),
        (work.leave_at_seven, (0, None)),
        (work.abort_at_seven, (None, "SIGABRT")),
    ],
)
def test_the_item_in_execution_is_blamed(
    begin: Callable[[object], Backend], fn: object, told: tuple[object, object]
) -> None:
    backend = begin(fn)
    backend.submit(call(3, [7]))

    lost = next_loss(backend)

    assert (lost.open, lost.ticket, lost.position, lost.stage) == ((3,), 3, 0, 0)
    assert (lost.loss.exit_code, lost.loss.signal) == told


def test_an_item_that_closes_everything_is_blamed(
    begin: Callable[[object], Backend],
) -> None:
    backend = begin(work.close_everything_at_seven)
    backend.submit(call(3, [7]))

    lost = next_loss(backend)

    # It leaves by itself, or is ended as soon as its end of the connection is seen.
    assert (lost.ticket, lost.position) == (3, 0)
    assert (lost.loss.exit_code, lost.loss.signal) in {(0, None), (None, "SIGKILL")}


def test_nobody_is_blamed_for_a_copy_that_ends_before_it_begins(
    begin: Callable[[object], Backend],
) -> None:
    backend = begin(identity)
    with patch.object(child, "go_deeper", lambda: os._exit(7)):
        backend.submit(call(3, [1]))

    lost = next_loss(backend)

    assert (lost.open, lost.ticket, lost.position) == ((3,), None, None)
    assert (lost.loss.exit_code, lost.loss.started) == (7, False)


@pytest.mark.parametrize(
    "fn", [work.kill_at_seven, work.leave_at_seven, work.write_into_all_sockets]
)
def test_without_pidfds_the_end_of_the_connection_tells(
    begin: Callable[[object], Backend], fn: object
) -> None:
    backend = begin(fn)
    with patch.object(forked, "pidfd", lambda _: None):
        found = answers(backend, [[1], [7], [2]])

    before, lost, after = found
    assert isinstance(before, Returned)
    assert isinstance(after, Returned)
    assert (before.reply.outs, after.reply.outs) == ([1], [2])
    assert isinstance(lost, Lost)
    assert lost.position == 0


def test_a_helper_of_a_copy_ends_with_it(begin: Callable[[object], Backend]) -> None:
    backend = begin(leave_a_helper)
    (answer,) = answers(backend, [[1]])

    assert isinstance(answer, Returned)
    (helper,) = answer.reply.outs
    assert isinstance(helper, int)
    while backend_children(backend):
        backend.poll()
    wait_until(lambda: not is_alive(helper))


def leave_a_helper(_: object) -> int:
    helper = os.fork()
    if helper == 0:
        signal.pause()
    return helper


def backend_children(backend: Backend) -> int:
    assert isinstance(backend, ForkBackend)
    return len(backend._children)


def test_a_fork_that_is_refused_is_tried_again_when_another_has_ended(
    begin: Callable[[object], Backend],
) -> None:
    refused: list[int] = []
    original = forked.fork

    def scarce() -> int:
        if backend_children(backend) > 1:
            refused.append(1)
            raise BlockingIOError(11, "no more processes")
        return original()

    backend = begin(identity)
    with (
        patch.object(forked, "fork", scarce),
        pytest.warns(RuntimeWarning, match="cannot start more workers than 1"),
    ):
        found = answers(backend, [[n] for n in range(6)])

    assert refused
    assert [each.reply.outs for each in found if isinstance(each, Returned)] == [
        [n] for n in range(6)
    ]


def test_a_fork_that_is_refused_where_there_is_no_other_fails_its_items(
    begin: Callable[[object], Backend],
) -> None:
    def none() -> int:
        raise BlockingIOError(11, "no more processes")

    backend = begin(identity)
    with patch.object(forked, "fork", none):
        (answer,) = answers(backend, [[1, 2]])

    assert isinstance(answer, Returned)
    assert answer.reply.outs == []
    assert [fault.step for fault in answer.reply.faults] == ["open", "open"]


def test_a_run_may_not_be_gone_on_with_in_a_copy_of_its_process(
    begin: Callable[[object], Backend],
) -> None:
    backend = begin(identity)

    with (
        patch("os.getpid", lambda: -1),
        pytest.raises(RuntimeError, match="belongs to process"),
    ):
        backend.poll()


def test_what_a_copy_costs_is_told(begin: Callable[[object], Backend]) -> None:
    backend = begin(identity)
    backend.submit(call(0, [1]))

    (answer,) = next_happenings(backend)

    assert isinstance(answer, Returned)
    assert answer.overhead_ns > 100_000
    assert answer.service_ns > 0


def test_threads_of_ours_do_not_count() -> None:
    program = """
import threading, warnings
from fstream import collect, forks, map_stage, run, source, threads
warnings.simplefilter("error")
plan = source(range(9)).via(map_stage(abs, on=threads(3)))
plan = plan.via(map_stage(abs, on=forks(2))).to(collect())
for _ in range(3):
    print(run(plan).unwrap())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (done.stderr, done.stdout) == ("", f"{tuple(range(9))}\n" * 3)


def test_where_nothing_tells_of_threads_python_does() -> None:
    with (
        patch.object(forking, "_thread_ids", side_effect=OSError),
        patch.object(forking.threading, "active_count", lambda: 3),
        pytest.warns(ForkWarning, match=r"in which 2 other threads run"),
    ):
        forking.warn_of_threads("forks(2)")


def test_closing_a_copy_of_a_backend_leaves_its_children_alone() -> None:
    with closing(backend_for(ON)) as backend:
        backend.open((segment(work.hang, on=ON),))
        backend.submit(call(0, [1]))
        assert isinstance(backend, ForkBackend)
        (running,) = backend._children.values()
        copy = os.fork()
        if copy == 0:
            backend.close()
            os._exit(0)
        os.waitpid(copy, 0)

        assert is_alive(running.pid)
        assert backend.poll() == []

    assert not is_alive(running.pid)
