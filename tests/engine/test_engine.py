"""What the engine does with each event, one promise a test."""

from dataclasses import replace

import pytest

from fstream import Retry
from fstream import Row
from fstream.combinators.batches import batch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.choices import route_when
from fstream.combinators.emission import leave
from fstream.combinators.predicates import by
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import map_stage
from fstream.compiler.lower import lower
from fstream.compiler.program import Program
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Freed
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.chunk import Reply
from fstream.interpreter.chunk import Returned
from fstream.interpreter.engine.deaths import MOST_INCIDENTS
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.events import Barren
from fstream.interpreter.engine.events import Command
from fstream.interpreter.engine.events import Complete
from fstream.interpreter.engine.events import Dismiss
from fstream.interpreter.engine.events import Enough
from fstream.interpreter.engine.events import Expired
from fstream.interpreter.engine.events import Finish
from fstream.interpreter.engine.events import Late
from fstream.interpreter.engine.events import Pull
from fstream.interpreter.engine.events import Pulled
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.events import Submit
from fstream.interpreter.engine.events import Taken
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.typed import Stage
from fstream.result.errors import WorkerLost
from fstream.result.outcome import Failure
from tests.engine.world import new_engine

ON = processes(2)
LOSS = Loss(exit_code=None, signal="SIGKILL", pid=5, started=True)


def program(*stages: Stage, on: Context = ON) -> Program:
    flow = source_from(list)  # which may wait whenever it is asked
    for stage in stages:
        flow = flow >> stage
    return lower((flow >> collect()).node, on)


def engine_of(*stages: Stage, on: Context = ON, tolerate: int | None = 0) -> Engine:
    return new_engine(program(*stages, on=on), tolerate=tolerate)


def doubling() -> Stage[int, int]:
    return map_stage(lambda n: 2 * n, name="double")


def pulled(*items: object, ended: bool = False) -> Pulled:
    return Pulled([*items], 1_000, has_ended=ended, broke=None)


def returned(call: Call, *outs: object, service_ns: int = 1_000) -> Returned:
    reply = Reply([*outs], None, [], (), [])
    return Returned(call.ticket, reply, service_ns, 100, 5)


def lost(*calls: Call, blamed: Call | None = None, position: int | None = None) -> Lost:
    return Lost(
        open=tuple(call.ticket for call in calls),
        ticket=None if blamed is None else blamed.ticket,
        position=position,
        stage=None,
        loss=LOSS,
    )


def calls(commands: list[Command]) -> list[Call]:
    return [command.call for command in commands if isinstance(command, Submit)]


def one_call(commands: list[Command]) -> Call:
    (call,) = calls(commands)
    return call


def grown(engine: Engine, *, to: int) -> None:
    """Feed ``engine`` until a chunk has ``to`` items."""
    engine.start()
    most = 0
    commands: list[Command] = []
    while most < to:
        commands = engine.on(pulled(*range(max(most, 1))))
        commands += engine.on(returned(one_call(commands), *range(max(most, 1))))
        commands += engine.on(Taken(max(most, 1), is_enough=False))
        (most,) = [c.most for c in commands if isinstance(c, Pull)]


def test_a_run_begins_by_pulling_one_item() -> None:
    assert engine_of(doubling()).start() == [Pull(1)]


def test_an_item_goes_out_as_soon_as_it_is_pulled_and_the_next_is_pulled() -> None:
    engine = engine_of(doubling())
    engine.start()

    first, second = engine.on(pulled(7))

    assert isinstance(first, Submit)
    assert (first.call.items, [*first.call.keys]) == ([7], [0])
    assert second == Pull(1)


QUICK = 1_000
SLOW = 1_000_000_000


def sent_until_full(engine: Engine) -> list[Call]:
    sent: list[Call] = []
    while engine.is_pulling:
        sent += calls(engine.on(pulled(1)))
    return sent


@pytest.mark.parametrize(
    ("context", "service_ns", "most"),
    [
        (processes(1), QUICK, 2),
        (processes(1), SLOW, 1),
        (threads(2), QUICK, 4),
        (threads(3), SLOW, 3),
    ],
)
def test_two_chunks_a_worker_are_out_and_one_where_an_item_takes_long(
    context: Context, service_ns: int, most: int
) -> None:
    engine = engine_of(doubling(), on=context)
    engine.start()
    first = one_call(engine.on(pulled(1)))
    engine.on(returned(first, 2, service_ns=service_ns))

    engine.on(Taken(1, is_enough=False))

    assert len(sent_until_full(engine)) == most


def test_threads_share_a_chunk_whose_items_wait_and_no_more_is_pulled() -> None:
    engine = engine_of(doubling(), on=threads(64))
    engine.start()
    sent = sent_until_full(engine)
    commands: list[Command] = []
    for call in sent:
        assert (len(call.items), call.hands) == (1, 1)
        commands += engine.on(returned(call, 2, service_ns=1_000_000))
        commands += engine.on(Taken(1, is_enough=False))

    shared: list[Call] = []
    while engine.is_pulling:
        (most,) = [c.most for c in commands if isinstance(c, Pull)][-1:]
        commands = engine.on(pulled(*range(most)))
        shared += calls(commands)

    assert {(len(call.items), call.hands) for call in shared[1:]} == {(32, 32)}
    assert sum(len(call.items) for call in shared) <= 2 * 64


def test_threads_take_items_that_take_long_one_by_one() -> None:
    engine = engine_of(doubling(), on=threads(64))
    engine.start()
    first = one_call(engine.on(pulled(1)))
    engine.on(returned(first, 2, service_ns=SLOW))
    engine.on(Taken(1, is_enough=False))

    sent = sent_until_full(engine)

    assert {(len(call.items), call.hands) for call in sent} == {(1, 1)}
    assert len(sent) == 64


def test_a_freed_worker_gets_what_was_pulled_ahead_before_its_answer_is_read() -> None:
    engine = engine_of(doubling(), on=processes(1))
    engine.start()
    first = one_call(engine.on(pulled(1)))
    engine.on(returned(first, 2))
    engine.on(Taken(1, is_enough=False))
    sent = sent_until_full(engine)

    (following,) = calls(engine.on(Freed(sent[0].ticket)))

    assert len(sent) == 2
    assert following.items == [1]


def test_nothing_is_pulled_ahead_where_an_item_takes_a_while() -> None:
    engine = engine_of(doubling(), on=processes(1))
    engine.start()
    first = one_call(engine.on(pulled(1)))
    engine.on(returned(first, 2, service_ns=1_000_000))
    engine.on(Taken(1, is_enough=False))
    sent = sent_until_full(engine)

    assert calls(engine.on(Freed(sent[0].ticket))) == []


@pytest.mark.parametrize(("context", "most"), [(processes(2), 2), (inline(), 1)])
def test_before_the_first_answer_each_worker_has_one_chunk(
    context: Context, most: int
) -> None:
    engine = engine_of(doubling(), on=context)
    engine.start()

    assert len(sent_until_full(engine)) == most


def test_others_are_executed_while_one_item_takes_long() -> None:
    engine = engine_of(doubling())
    engine.start()
    slow, *rest = sent_until_full(engine)
    executed = [slow]

    while rest:
        call = rest.pop()
        executed.append(call)
        engine.on(returned(call, 0, service_ns=SLOW))
        rest += sent_until_full(engine)

    assert len(executed) == 8  # held for ``slow``: four chunks a worker


def test_answers_are_released_in_the_order_of_the_items() -> None:
    engine = engine_of(doubling())
    engine.start()
    first = one_call(engine.on(pulled(1)))
    second = one_call(engine.on(pulled(2)))

    early = engine.on(returned(second, 4))
    late = engine.on(returned(first, 2))

    assert not [c for c in early if isinstance(c, Release)]
    assert [c.values for c in late if isinstance(c, Release)] == [[2]]
    assert Release([4], []) in engine.on(Taken(1, is_enough=False))


def test_nothing_is_pulled_while_the_consumer_has_not_taken_what_it_was_given() -> None:
    engine = engine_of(doubling())
    engine.start()
    first = one_call(engine.on(pulled(1)))
    second = one_call(engine.on(pulled(2)))

    held = [*engine.on(returned(first, 2)), *engine.on(returned(second, 4))]

    assert held == [Release([2], [])]
    assert engine.on(Taken(1, is_enough=False)) == [Release([4], [])]
    assert [type(c) for c in engine.on(Taken(1, is_enough=False))] == [Pull]


def test_chunks_grow_where_work_is_quick() -> None:
    engine = engine_of(doubling())

    grown(engine, to=64)

    assert engine.stations[0].pace.size >= 64


def test_a_big_chunk_is_cut_for_a_slow_segment() -> None:
    engine = engine_of(map_stage(abs, on=threads(1)), doubling())
    engine.start()
    engine.stations[0].pace.size = 8
    first = one_call(engine.on(pulled(*range(8))))

    parts = calls(engine.on(returned(first, *range(8))))

    assert [call.items for call in parts] == [[0], [1]]


def test_only_arms_that_got_items_get_a_chunk_and_each_gets_one() -> None:
    keyed = by(len).of(0, 1, 2)
    arms = (
        keyed(n) >> map_stage(abs, on=processes(1, recycle=9 + n)) for n in (0, 1, 2)
    )
    engine = engine_of(map_stage(abs), route_when(*arms).complete())
    engine.start()
    for station in engine.stations:
        station.pace.size = 8
    tagging = one_call(engine.on(pulled("", "ab", "", "cd")))

    sent = calls(engine.on(returned(tagging, (0, ""), (2, "ab"), (0, ""), (2, "cd"))))

    assert [call.items for call in sent] == [["", ""], ["ab", "cd"]]
    assert len({call.segment for call in sent}) == 2


def test_the_end_comes_when_all_is_released() -> None:
    engine = engine_of(doubling())
    engine.start()
    call = one_call(engine.on(pulled(1, ended=True)))

    released = engine.on(returned(call, 2))

    assert released == [Dismiss(0), Release([2], [])]
    assert engine.on(Taken(1, is_enough=False)) == [Finish(Complete())]
    assert (engine.pulled, engine.reached) == (1, 1)


def test_a_source_without_items_ends_the_run_at_once() -> None:
    engine = engine_of(doubling())
    engine.start()

    assert engine.on(pulled(ended=True)) == [Dismiss(0), Finish(Complete())]


def test_a_consumer_that_closes_while_nothing_is_released_ends_the_run() -> None:
    engine = engine_of(doubling())
    engine.start()
    engine.on(pulled(1))

    assert engine.on(Taken(0, is_enough=True)) == [Finish(Enough())]
    assert (engine.pulled, engine.reached) == (1, 0)


# ---- workers that end


def test_a_worker_that_executed_nothing_costs_no_item() -> None:
    engine = engine_of(doubling())
    engine.start()
    first = one_call(engine.on(pulled(1)))
    second = one_call(engine.on(pulled(2)))

    again = calls(engine.on(lost(first, second)))

    assert [(call.items, [*call.keys]) for call in again] == [([1], [0]), ([2], [1])]
    assert {call.ticket for call in again}.isdisjoint({first.ticket, second.ticket})


def test_only_the_executing_item_is_blamed_and_the_others_go_out_again() -> None:
    engine = engine_of(doubling(), tolerate=None)
    grown(engine, to=4)
    call = one_call(engine.on(pulled(10, 11, 12, 13)))

    again = one_call(engine.on(lost(call, blamed=call, position=1)))
    released = engine.on(returned(again, 20, 24, 26))

    assert again.items == [10, 12, 13]
    (release,) = [c for c in released if isinstance(c, Release)]
    assert release.values == [20, 24, 26]
    assert [(pos, record.item) for pos, record in release.failures] == [(1, 11)]


def test_positions_are_those_of_what_was_sent_again() -> None:
    engine = engine_of(doubling(), tolerate=None)
    grown(engine, to=4)
    call = one_call(engine.on(pulled(10, 11, 12, 13)))
    again = one_call(engine.on(lost(call, blamed=call, position=1)))

    last = one_call(engine.on(lost(again, blamed=again, position=1)))
    released = engine.on(returned(last, 20, 26))

    (release,) = [c for c in released if isinstance(c, Release)]
    assert release.values == [20, 26]
    assert [record.item for _, record in release.failures] == [11, 12]
    assert [pos for pos, _ in release.failures] == [1, 1]


def test_an_item_alone_in_its_chunk_is_not_sent_again() -> None:
    engine = engine_of(doubling())
    engine.start()
    call = one_call(engine.on(pulled(1)))

    commands = engine.on(lost(call, blamed=call, position=0))

    assert calls(commands) == []
    (release,) = [c for c in commands if isinstance(c, Release)]
    assert [(pos, record.item) for pos, record in release.failures] == [(0, 1)]


def test_a_loss_inside_attempt_becomes_a_value() -> None:
    engine = engine_of(attempt(doubling()))
    engine.start()
    call = one_call(engine.on(pulled(1)))

    handled = one_call(engine.on(lost(call, blamed=call, position=0)))

    (error,) = handled.items
    assert isinstance(error, WorkerLost)
    assert (error.stage, error.index, error.signal) == ("double", 0, "SIGKILL")
    released = engine.on(returned(handled, Failure(error)))
    assert released[0] == Release([Failure(error)], [])


def test_deaths_without_an_answer_end_the_run() -> None:
    engine = engine_of(doubling())
    engine.start()
    call = one_call(engine.on(pulled(1)))

    for _ in range(MOST_INCIDENTS - 1):
        call = one_call(engine.on(lost(call)))
    (end,) = engine.on(lost(call))

    assert isinstance(end, Finish)
    assert isinstance(end.how, Barren)
    assert (end.how.failed.item, end.how.failed.index) == (1, 0)


def test_an_answer_makes_up_for_the_deaths_before_it() -> None:
    engine = engine_of(doubling())
    engine.start()

    for _ in range(MOST_INCIDENTS):
        call = one_call(engine.on(pulled(1)))
        for _ in range(MOST_INCIDENTS - 1):
            call = one_call(engine.on(lost(call)))
        engine.on(returned(call, 2))
        engine.on(Taken(1, is_enough=False))

    assert not engine.is_finished


def test_idle_workers_may_end_as_they_like() -> None:
    engine = engine_of(doubling())
    engine.start()
    call = one_call(engine.on(pulled(1)))

    for _ in range(MOST_INCIDENTS):
        assert engine.on(lost()) == []

    assert one_call(engine.on(lost(call))).items == [1]


def test_a_run_does_not_end_before_the_consumer_has_taken_what_it_was_given() -> None:
    engine = engine_of(doubling())
    engine.start()
    first = one_call(engine.on(pulled(1)))
    call = one_call(engine.on(pulled(2)))
    engine.on(returned(first, 2))

    for _ in range(MOST_INCIDENTS - 1):
        call = one_call(engine.on(lost(call)))

    assert engine.on(lost(call)) == []
    (end,) = engine.on(Taken(1, is_enough=False))
    assert isinstance(end, Finish)
    assert isinstance(end.how, Barren)
    assert engine.account.run_row(engine.reached) == Row(entered=1, out=1, emitted=1)


# ---- the ledger of what was lost


def keeping(name: str) -> Stage[int, int]:
    return filter_stage(lambda n: n > 0, name=name)


def no_probes(engine: Engine) -> Reply:
    segment = engine.program.segments[0]
    return Reply([], [], [], engine.account.no_probes(segment), [])


@pytest.mark.parametrize(
    ("stage", "at"),
    [
        (keeping("a") >> keeping("b") >> doubling(), 2),
        (route(case(int) >> doubling(), case(object).leave()), 1),
        (route(case(int) >> doubling(), case(str) >> doubling()) >> doubling(), 3),
        (doubling() >> route(case(str) >> keeping("a"), case(int) >> keeping("b")), 3),
        (leave().recover(lambda n: n) >> keeping("a") >> doubling(), 3),
    ],
)
def test_a_lost_item_went_through_all_stages_before_the_one_it_was_lost_in(
    stage: Stage, at: int
) -> None:
    engine = engine_of(stage, on=processes(1), tolerate=None)
    engine.start()
    call = one_call(engine.on(pulled(1)))

    blamed = Lost(open=(call.ticket,), ticket=1, position=0, stage=at, loss=LOSS)
    engine.on(blamed)
    engine.on(Taken(1, is_enough=False))

    rows = engine.account.rows()
    assert rows[at] == Row(entered=1, failed=1)
    assert {row.filtered for row in rows.values()} == {0}
    assert all(row.entered == row.out + row.failed for row in rows.values())


def test_items_that_were_filtered_count_where_a_run_is_given_up() -> None:
    engine = engine_of(keeping("a"))
    engine.start()
    call = one_call(engine.on(pulled(-1)))
    engine.on(Returned(call.ticket, no_probes(engine), 1_000, 100, 5))

    engine.on(Taken(0, is_enough=True))

    assert engine.account.run_row(engine.reached) == Row(entered=1, filtered=1)


def test_what_a_batch_holds_at_the_end_finds_its_way_through_splits() -> None:
    whole = route(case(int) >> doubling(), case(object).leave())
    held = broadcast(doubling() >> batch(2), doubling())
    engine = engine_of(map_stage(abs), whole >> held, on=threads(1))
    engine.start()

    flush = one_call(engine.on(pulled(ended=True)))

    assert (flush.items, [*flush.keys]) == ([], [0])
    assert flush.flush in engine.program.flushes


# ---- deaths that are forgiven, clues, incidents


def forgiving(deaths: int) -> Stage[int, int]:
    return map_stage(lambda n: 2 * n, retry=Retry(1, deaths=deaths), on=processes(2))


def test_an_item_that_is_forgiven_a_death_goes_out_again_alone() -> None:
    engine = engine_of(forgiving(1), tolerate=None)
    grown(engine, to=4)
    call = one_call(engine.on(pulled(10, 11, 12, 13)))

    again = calls(engine.on(lost(call, blamed=call, position=1)))

    assert [call.items for call in again] == [[10], [11], [12, 13]]
    assert [len(call.past) for call in again] == [0, 1, 0]


def test_what_was_divided_comes_back_in_order() -> None:
    engine = engine_of(forgiving(1), tolerate=None)
    grown(engine, to=4)
    call = one_call(engine.on(pulled(10, 11, 12, 13)))
    before, suspect, after = calls(engine.on(lost(call, blamed=call, position=1)))

    engine.on(returned(after, 24, 26))
    engine.on(returned(before, 20))
    engine.on(Taken(1, is_enough=False))
    released = engine.on(returned(suspect, 22))
    released += engine.on(Taken(1, is_enough=False))

    values = [c.values for c in released if isinstance(c, Release)]
    assert values == [[22], [24, 26]]


@pytest.mark.parametrize("deaths", [0, 1, 3])
def test_an_item_fails_of_one_death_more_than_it_is_forgiven(deaths: int) -> None:
    engine = engine_of(forgiving(deaths), tolerate=None)
    engine.start()
    call = one_call(engine.on(pulled(10)))

    for _ in range(deaths):
        call = one_call(engine.on(lost(call, blamed=call, position=0)))
    (release,) = [
        command
        for command in engine.on(lost(call, blamed=call, position=0))
        if isinstance(command, Release)
    ]

    (record,) = [record for _, record in release.failures]
    assert record.fault.earlier == ("the worker was ended by SIGKILL",) * deaths


def test_where_nobody_knows_the_item_each_goes_out_alone() -> None:
    engine = engine_of(doubling(), tolerate=None)
    grown(engine, to=4)
    call = one_call(engine.on(pulled(10, 11, 12, 13)))
    call = one_call(engine.on(lost(call, blamed=call, position=2)))

    decoding = replace(lost(call, blamed=call, position=None), step="decode")
    again = calls(engine.on(decoding))

    assert [call.items for call in again] == [[10], [11], [13]]
    released: list[Command] = []
    for number, each in enumerate(again):
        released += engine.on(returned(each, number))
        released += engine.on(Taken(1, is_enough=False))
    values = [c.values for c in released if isinstance(c, Release) and c.values]
    failed = [
        record.item
        for c in released
        if isinstance(c, Release)
        for _, record in c.failures
    ]
    assert (values, failed) == ([[0], [1], [2]], [12])


def test_all_workers_that_die_of_one_thing_are_one_incident() -> None:
    engine = engine_of(doubling(), tolerate=None)
    engine.start()
    call = one_call(engine.on(pulled(10)))

    for worker in range(MOST_INCIDENTS + 3):
        death = replace(lost(call), worker=worker, workers=MOST_INCIDENTS + 3)
        call = one_call(engine.on(death))

    assert engine.deaths.incidents == 1


# ---- delivery, and the run's deadline


def test_what_runs_at_most_once_waits_for_nothing_but_its_worker() -> None:
    stage = map_stage(lambda n: 2 * n, on=processes(2), delivery="at_most_once")
    engine = engine_of(stage, tolerate=None)
    engine.start()
    first = one_call(engine.on(pulled(1)))
    second = one_call(engine.on(pulled(2)))

    for call, value in ((first, 2), (second, 4)):
        engine.on(returned(call, value, service_ns=1_000))
        engine.on(Taken(1, is_enough=False))
    out = calls(engine.on(pulled(3))) + calls(engine.on(pulled(4)))

    assert [call.items for call in out] == [[3], [4]]
    assert not engine.is_pulling


def test_a_run_ends_at_its_deadline_when_the_consumer_has_taken_its_release() -> None:
    engine = engine_of(doubling(), tolerate=None)
    engine.start()
    first = one_call(engine.on(pulled(1)))
    engine.on(pulled(2))
    engine.on(returned(first, 2))

    assert engine.on(Expired(5.0)) == []
    (end,) = engine.on(Taken(1, is_enough=False))

    assert end == Finish(Late(5.0))
    assert (engine.pulled, engine.reached) == (2, 1)


def test_a_run_that_waits_ends_at_its_deadline_at_once() -> None:
    engine = engine_of(doubling(), tolerate=None)
    engine.start()
    engine.on(pulled(1))

    assert engine.on(Expired(5.0)) == [Finish(Late(5.0))]


def test_workers_get_work_before_the_consumer_where_the_source_never_waits() -> None:
    plan = source([1, 2, 3, 4]) >> doubling() >> collect()
    engine = new_engine(lower(plan.node, processes(1)), tolerate=None)
    engine.start()
    first = one_call(engine.on(pulled(1)))

    commands = engine.on(returned(first, 2, service_ns=20_000_000))
    assert [type(command) for command in commands] == [Pull]
    commands = engine.on(pulled(2))

    assert [type(command) for command in commands] == [Submit, Release]
