"""Workers die, results refuse to travel, and everything else goes on."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import pytest

from fstream.contexts import backend_for
from fstream.contexts import unshippable
from fstream.contexts.processes import ProcessBackend
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.plan.contexts import processes
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Try
from fstream.result.captured import Details
from tests.contexts import work
from tests.contexts.work import answers
from tests.contexts.work import call
from tests.contexts.work import losses
from tests.contexts.work import next_happenings
from tests.contexts.work import next_loss
from tests.contexts.work import segment
from tests.wait import exists
from tests.wait import is_alive
from tests.wait import wait_until

ON = processes(2)
LABEL = Label(name="stage", site=Site(file="work.py", line=1))


@pytest.fixture
def backend() -> Iterator[ProcessBackend]:
    made = ProcessBackend(ON)
    yield made
    made.close()


def reply_of(happening: Happening) -> Reply:
    assert isinstance(happening, Returned)
    return happening.reply


def cause_of(reply: Reply) -> Details:
    (fault,) = reply.faults
    assert isinstance(fault.cause, Details)
    return fault.cause


def run_one(backend: ProcessBackend, fn: object, items: list[object]) -> Reply:
    backend.open((segment(fn, on=ON),))
    (happening,) = answers(backend, [items])
    return reply_of(happening)


# ---- values that do not travel


@pytest.mark.parametrize("at", [7, 8])
def test_a_result_that_cannot_be_pickled_fails_its_item_only(
    backend: ProcessBackend, at: int
) -> None:
    reply = run_one(backend, work.awkward_at_seven, [1, at, 3])

    assert reply.outs == [1, 3]
    assert [(f.place, f.position, f.step) for f in reply.faults] == [(1, 1, "encode")]
    assert cause_of(reply).item == str(at)
    assert any("cannot cross a process" in note for note in cause_of(reply).error.notes)


def test_generators_cannot_cross(backend: ProcessBackend) -> None:
    reply = run_one(backend, work.lazy_at_seven, [6, 7])

    error = cause_of(reply).error
    assert (error.kind, error.message) == (
        "TypeError",
        "generators cannot cross a process",
    )
    assert error.frames == ()


def test_one_of_several_outputs_that_cannot_be_pickled_is_one_fault(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(FlatMap(work.twice, LABEL), on=ON),))
    (happening,) = answers(backend, [[6, 7, 8]])
    reply = reply_of(happening)

    assert reply.outs == [6, -6, 7, 8, -8]
    assert reply.parents == [0, 0, 1, 2, 2]
    assert [(f.place, f.position) for f in reply.faults] == [(3, 1)]


def test_items_that_cannot_be_pickled_fail_and_the_rest_travels(
    backend: ProcessBackend,
) -> None:
    items: list[object] = [1, work.Dangerous(), 17, lambda: 0, 5]
    reply = run_one(backend, work.explode, items)

    assert reply.outs == [1, 5]
    assert [(f.place, f.position, f.step) for f in reply.faults] == [
        (1, 1, "encode"),
        (2, 2, "call"),
        (3, 3, "encode"),
    ]
    first = reply.faults[0].cause
    assert isinstance(first, Details)
    assert first.error.message == "I stay"
    assert [frame.name for frame in first.error.frames] == ["__reduce__"]


def test_a_chunk_of_which_nothing_can_be_pickled_comes_back(
    backend: ProcessBackend,
) -> None:
    reply = run_one(backend, work.identity, [work.Dangerous(), work.Dangerous()])

    assert reply.outs == []
    assert [(f.place, f.position) for f in reply.faults] == [(0, 0), (1, 1)]


def test_items_that_do_not_load_fail_in_the_worker(backend: ProcessBackend) -> None:
    reply = run_one(backend, work.identity, [work.UnloadableItem()])

    assert [(f.step, f.stage) for f in reply.faults] == [("decode", 0)]
    assert cause_of(reply).error.kind == "LookupError"
    assert "UnloadableItem" in cause_of(reply).item


def test_results_that_do_not_load_fail_in_the_parent(backend: ProcessBackend) -> None:
    reply = run_one(backend, work.unloadable_at_seven, [7])

    assert reply.faults[0].step == "decode"
    assert cause_of(reply).error.kind == "SystemExit"
    assert cause_of(reply).item == "7"


def test_of_many_results_only_those_that_do_not_load_fail(
    backend: ProcessBackend,
) -> None:
    reply = run_one(backend, work.unloadable_at_seven, [1, 7, 2, 7, 3])

    assert reply.outs == [1, 2, 3]
    told = [(f.place, f.position, f.step, f.is_result) for f in reply.faults]
    assert told == [(1, 1, "decode", True), (3, 3, "decode", True)]


def test_of_many_items_only_those_that_cannot_cross_fail(
    backend: ProcessBackend,
) -> None:
    awkward = [work.UnloadableItem(), work.Dangerous(), 7]
    reply = run_one(backend, work.awkward_at_seven, [1, *awkward, 3, *awkward, 4])

    assert reply.outs == [1, 3, 4]
    told = [(f.place, f.position, f.step, f.is_result) for f in reply.faults]
    assert told == [
        *((1, 1, "decode", False), (2, 2, "encode", False), (3, 3, "encode", True)),
        *((5, 5, "decode", False), (6, 6, "encode", False), (7, 7, "encode", True)),
    ]


def test_an_exit_that_does_not_load_is_a_failure_and_the_others_stay(
    backend: ProcessBackend,
) -> None:
    reply = run_one(backend, Try(work.leaves_at_seven, LABEL), [1, 7, 2, 8])

    assert reply.outs == [1, 2]
    told = [(f.place, type(f.cause).__name__, f.is_result) for f in reply.faults]
    assert told == [(1, "Details", True), (3, "OpenExit", False)]


@pytest.mark.parametrize("size", [200_000, 5_000_000])
def test_big_results_arrive(backend: ProcessBackend, size: int) -> None:
    backend.open((segment(work.big, on=ON),))

    found = answers(backend, [[size]] * 6)

    assert [len(str(reply_of(h).outs[0], "ascii")) for h in found] == [size] * 6
    assert all(isinstance(h, Returned) and h.size >= size for h in found)


def test_big_items_arrive(backend: ProcessBackend) -> None:
    backend.open((segment(len, on=ON),))

    found = answers(backend, [[bytes(5_000_000)]] * 6)

    assert [reply_of(h).outs for h in found] == [[5_000_000]] * 6
    assert all(isinstance(h, Returned) and h.size >= 5_000_000 for h in found)


# ---- deaths


@pytest.mark.parametrize(
    ("fn", "end"),
    [
        (work.kill_at_seven, (None, "SIGKILL")),
        (work.abort_at_seven, (None, "SIGABRT")),
        (work.leave_at_seven, (0, None)),
    ],
)
def test_a_death_names_the_item_being_executed(
    backend: ProcessBackend, fn: object, end: tuple[int | None, str | None]
) -> None:
    backend.open((segment(work.identity, fn, on=ON),))
    backend.submit(call(4, [5, 6, 7, 8]))
    loss = next_loss(backend)

    assert (loss.open, loss.ticket, loss.position, loss.stage) == ((4,), 4, 2, 1)
    assert (loss.loss.exit_code, loss.loss.signal) == end
    assert loss.loss.started
    assert loss.loss.pid > 0


def test_a_new_worker_goes_on(backend: ProcessBackend) -> None:
    backend.open((segment(work.kill_at_seven, on=ON),))
    chunks = [[n] for n in range(20)]

    found = answers(backend, chunks, window=2)

    assert [isinstance(h, Lost) for h in found].count(True) <= 2
    assert isinstance(found[7], Lost)
    assert reply_of(found[19]).outs == [19]


def test_all_open_calls_of_a_lost_worker_are_named(backend: ProcessBackend) -> None:
    alone = ProcessBackend(processes(1))
    alone.open((segment(work.kill_at_seven, on=ON),))
    for ticket, items in enumerate([[7], [1], [2]]):
        alone.submit(call(ticket, items))
    loss = next_loss(alone)
    alone.close()

    assert (loss.open, loss.ticket) == ((0, 1, 2), 0)


def test_what_was_answered_before_the_death_counts(backend: ProcessBackend) -> None:
    alone = ProcessBackend(processes(1))
    alone.open((segment(work.kill_at_seven, on=ON),))
    found = answers(alone, [[1], [2], [7]])
    alone.close()

    assert [isinstance(h, Returned) for h in found] == [True, True, False]


def test_an_idle_worker_that_is_killed_is_nobodys_fault(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(work.pid, on=ON),))
    (happening,) = answers(backend, [[0]])
    (worker,) = reply_of(happening).outs
    assert isinstance(worker, int)
    os.kill(worker, signal.SIGKILL)

    loss = next_loss(backend)

    assert (loss.open, loss.ticket, loss.position) == ((), None, None)
    assert not loss.loss.started
    assert loss.loss.pid == worker
    (happening,) = answers(backend, [[0]])
    assert reply_of(happening).outs != [worker]


def test_a_helper_that_holds_the_sockets_does_not_hide_a_death(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(work.fork_a_helper_and_die, on=ON),))
    backend.submit(call(0, [7]))

    assert next_loss(backend).loss.signal == "SIGKILL"


@pytest.mark.parametrize(
    "fn", [work.close_everything_at_seven, work.write_into_all_sockets]
)
def test_a_worker_that_ruins_its_socket_is_replaced(
    backend: ProcessBackend, fn: object
) -> None:
    backend.open((segment(fn, on=ON),))
    backend.submit(call(0, [7]))

    assert next_loss(backend).open == (0,)
    assert reply_of(answers(backend, [[1]])[0]).outs == [1]


def test_who_spoilt_the_connection_is_blamed_not_who_was_executed_then() -> None:
    alone = ProcessBackend(processes(1))
    alone.open((segment(work.write_into_all_sockets, on=ON),))
    for ticket, items in enumerate([[1], [7], [2], [3]]):
        alone.submit(call(ticket, items))
    loss = next_loss(alone)
    alone.close()

    assert (loss.open, loss.ticket, loss.position) == ((1, 2, 3), 1, 0)
    assert loss.step == "encode"


def test_a_nursery_that_dies_loses_the_open_calls_once(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(work.hang, on=ON),))
    backend.submit(call(0, [1]))
    backend.submit(call(1, [2]))
    wait_until(lambda: bool(backend.poll() or len(_workers(backend)) == 2))
    workers = _workers(backend)
    os.kill(_parent(workers[0]), signal.SIGKILL)

    found = losses(backend, 2)

    assert sorted(loss.open for loss in found) == [(0,), (1,)]
    wait_until(lambda: not any(map(is_alive, workers)))


# ---- what a worker sees


def look(backend: ProcessBackend, *what: str) -> list[object]:
    return run_one(backend, work.look_round, list(what)).outs


def test_a_worker_sees_what_its_parent_sees(
    backend: ProcessBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FSTREAM_TEST", "here")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["prog", "--option"])
    monkeypatch.syspath_prepend(str(tmp_path))

    cwd, env, argv, path = look(backend, "cwd", "env", "argv", "path")

    assert (cwd, env, argv) == (str(tmp_path), "here", ["prog", "--option"])
    assert isinstance(path, list)
    assert path[0] == str(tmp_path)


def test_a_worker_is_alone(backend: ProcessBackend) -> None:
    stdin, group, main = look(backend, "stdin", "group", "main")

    assert isinstance(group, tuple)
    assert stdin == ""
    assert len(set(group)) == 1
    assert main == "__main__"


def test_a_worker_inherits_no_descriptor_of_its_parent(
    backend: ProcessBackend, tmp_path: Path
) -> None:
    leaked = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(leaked, True)  # noqa: FBT003
    (open_there,) = look(backend, "fds")
    os.close(leaked)

    assert isinstance(open_there, list)
    assert open_there[:3] == [0, 1, 2]
    # Its socket, its page (twice), the lock of those who print, the listing itself.
    assert len(open_there) <= 8


def test_functions_that_do_not_load_fail_every_item(
    backend: ProcessBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [])
    reply = run_one(backend, work.identity, [1, 2])

    assert [(f.position, f.step) for f in reply.faults] == [(0, "open"), (1, "open")]
    causes = [fault.cause for fault in reply.faults]
    assert [c.item for c in causes if isinstance(c, Details)] == ["1", "2"]


def test_lambdas_and_local_functions_travel(backend: ProcessBackend) -> None:
    factor = 3

    assert run_one(backend, lambda x: x * factor, [1, 2]).outs == [3, 6]


def test_what_cannot_be_shipped_is_told_in_a_sentence() -> None:
    held = Lock()

    def locked(_: object) -> bool:
        return held.locked()

    (reason,) = unshippable(segment(work.identity, locked, on=ON))

    assert reason.startswith("locked (work.py:1) cannot run in processes(2): ")
    assert "_thread.lock" in reason
    assert unshippable(segment(work.identity, on=ON)) == ()


# ---- life and end


def test_workers_are_started_when_they_are_needed() -> None:
    backend = backend_for(processes(4))
    backend.open((segment(work.pid, on=ON),))

    found = answers(backend, [[0]] * 9, window=1)
    backend.close()

    assert len({reply_of(h).outs[0] for h in found}) == 1


def test_workers_that_are_dismissed_answer_and_end(backend: ProcessBackend) -> None:
    backend.open((segment(work.pid, on=ON),))
    for ticket in range(2):
        backend.submit(call(ticket, [0]))
    backend.dismiss()

    pids: list[int] = []
    while len(pids) < 2:
        pids += [h.pid for h in next_happenings(backend) if isinstance(h, Returned)]
    assert len(set(pids)) == 2
    wait_until(lambda: not any(map(is_alive, pids)))


def test_a_call_that_comes_after_all_gets_another_worker(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(work.pid, on=ON),))
    (before,) = answers(backend, [[0]])
    backend.dismiss()

    (after,) = answers(backend, [[0]])

    assert reply_of(before).outs != reply_of(after).outs


@pytest.mark.parametrize("fn", [work.hang, work.hang_in_c])
def test_closing_ends_workers_at_work(fn: object) -> None:
    backend = ProcessBackend(ON)
    backend.open((segment(fn, on=ON),))
    backend.submit(call(0, [1]))
    backend.submit(call(1, [1]))
    wait_until(lambda: bool(backend.poll() or len(_workers(backend)) == 2))
    workers = _workers(backend)
    backend.close()

    assert not any(map(exists, workers))


def test_twenty_cycles_leave_nothing_behind() -> None:
    def cycle() -> None:
        backend = ProcessBackend(ON)
        backend.open((segment(work.identity, on=ON),))
        answers(backend, [[1], [2], [3]])
        backend.submit(call(9, [1]))
        backend.close()

    cycle()
    before = _count_descriptors()
    for _ in range(20):
        cycle()

    assert _count_descriptors() == before


def test_a_forked_child_of_the_host_cannot_use_or_end_the_workers(
    backend: ProcessBackend,
) -> None:
    backend.open((segment(work.identity, on=ON),))
    answers(backend, [[1]])
    child = os.fork()
    if child == 0:
        code = 1
        with suppress(BaseException):
            try:
                backend.submit(call(5, [1]))
            except RuntimeError:
                backend.close()
                code = 0
        os._exit(code)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert reply_of(answers(backend, [[2]])[0]).outs == [2]


def test_calls_in_flight_when_closing_are_forgotten(backend: ProcessBackend) -> None:
    backend.open((segment(work.identity, on=ON),))
    backend.submit(call(0, [bytes(5 << 20)]))
    backend.close()

    assert backend.watch() == ()


def _workers(backend: ProcessBackend) -> list[int]:
    return [remote.pid for remote in backend._remotes.values() if remote.pid]


def _parent(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return int(stat.rpartition(")")[2].split()[1])


def _count_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
