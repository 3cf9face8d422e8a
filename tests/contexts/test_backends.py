"""Every backend answers each call once, with the same things in the same places."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from fstream.contexts import backend_for
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Leave
from tests.contexts.work import answers
from tests.contexts.work import call
from tests.contexts.work import double
from tests.contexts.work import exit_at_seven
from tests.contexts.work import explode
from tests.contexts.work import identity
from tests.contexts.work import interrupt_at_seven
from tests.contexts.work import next_happenings
from tests.contexts.work import segment

LABEL = Label(name="stage", site=Site(file="work.py", line=1))


@pytest.fixture(params=[inline(), threads(2), processes(2), forks(2)], ids=repr)
def context(request: pytest.FixtureRequest) -> Context:
    chosen: Context = request.param
    return chosen


@pytest.fixture
def backend(context: Context) -> Iterator[Backend]:
    with closing(backend_for(context)) as made:
        yield made


def replies(backend: Backend, chunks: list[list[object]]) -> list[Reply]:
    found = answers(backend, chunks)
    return [each.reply for each in found if isinstance(each, Returned)]


def test_outputs_come_back_for_every_chunk(backend: Backend, context: Context) -> None:
    backend.open((segment(double, on=context),))
    chunks = [list(range(n, n + 7)) for n in range(0, 700, 7)]

    found = replies(backend, [*chunks])

    assert [reply.outs for reply in found] == [[2 * x for x in c] for c in chunks]
    assert all(reply.parents is None and not reply.faults for reply in found)


def test_segments_are_told_by_their_numbers(backend: Backend, context: Context) -> None:
    backend.open((segment(double, on=context), segment(identity, on=context, number=5)))
    backend.submit(call(1, [3], segment=5))

    (happening,) = next_happenings(backend)

    assert isinstance(happening, Returned)
    assert (happening.ticket, happening.reply.outs) == (1, [3])
    assert happening.service_ns > 0


def test_faults_stand_where_the_items_did(backend: Backend, context: Context) -> None:
    backend.open((segment(identity, explode, on=context),))

    (reply,) = replies(backend, [list(range(5, 20))])

    assert reply.outs == [x for x in range(5, 20) if x % 10 != 7]
    faults = [(f.place, f.position, f.stage, f.step) for f in reply.faults]
    assert faults == [(2, 2, 1, "call"), (12, 12, 1, "call")]


@pytest.mark.parametrize("fn", [exit_at_seven, interrupt_at_seven])
def test_what_looks_like_an_exit_is_a_fault(
    backend: Backend, context: Context, fn: object
) -> None:
    if context == inline() and fn is interrupt_at_seven:
        pytest.skip("there it is Ctrl-C")
    backend.open((segment(fn, on=context),))

    before, after = replies(backend, [[6, 7, 8], [9]])

    assert before.outs == [6, 8]
    assert [fault.position for fault in before.faults] == [1]
    assert after.outs == [9]


def test_open_exits_come_back(backend: Backend, context: Context) -> None:
    backend.open((segment(identity, Leave(None, LABEL), on=context),))

    (reply,) = replies(backend, [[1, 2]])

    assert reply.outs == []
    assert [fault.cause for fault in reply.faults] == [OpenExit(1), OpenExit(2)]


def test_parents_come_back(backend: Backend, context: Context) -> None:
    backend.open((segment(FlatMap(range, LABEL), on=context),))

    (reply,) = replies(backend, [[2, 0, 1]])

    assert (reply.outs, reply.parents) == ([0, 1, 0], [0, 0, 2])


def test_nothing_happens_without_a_call(backend: Backend, context: Context) -> None:
    backend.open((segment(double, on=context),))

    assert backend.poll() == []


def test_closing_twice_is_harmless(backend: Backend, context: Context) -> None:
    backend.open((segment(double, on=context),))
    backend.submit(call(0, [1, 2, 3]))
    backend.close()
    backend.close()

    assert backend.watch() == ()


def test_a_backend_that_never_opened_closes(context: Context) -> None:
    backend_for(context).close()
