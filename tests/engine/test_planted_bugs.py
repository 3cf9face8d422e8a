"""The invented worlds find each of these bugs; some of them were there once."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import settings

from fstream.compiler.program import Split
from fstream.interpreter.chunk import Reply
from fstream.interpreter.engine import bounds
from fstream.interpreter.engine import deaths
from fstream.interpreter.engine import engine
from fstream.interpreter.engine import layout
from fstream.interpreter.engine.account import Account
from fstream.interpreter.engine.bounds import window
from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.deaths import Deaths
from fstream.interpreter.engine.engine import Engine
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.join import joined
from fstream.interpreter.engine.pace import Pace
from fstream.interpreter.engine.stations import SegmentStation
from fstream.interpreter.engine.stations import Slot
from fstream.interpreter.engine.stations import Window
from fstream.interpreter.failed import Failed
from fstream.plan.contexts import Context
from tests.engine import test_schedules

Plant: TypeAlias = Callable[[pytest.MonkeyPatch], None]
PLANTED: list[tuple[Plant, Callable[[], None]]] = []


def planted(promise: Callable[..., None]) -> Callable[[Plant], Plant]:
    """A bug that the test ``promise`` must find."""

    def add(plant: Plant) -> Plant:
        PLANTED.append((plant, promise))
        return plant

    return add


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def answers_go_on_as_they_come(patch: pytest.MonkeyPatch) -> None:
    def pass_on(station: SegmentStation) -> None:
        for slot in [slot for slot in station.slots if slot.answer is not None]:
            station.slots.remove(slot)
            station.after.push(slot.answer)

    patch.setattr(SegmentStation, "_pass_on", pass_on)


@planted(test_schedules.test_no_more_is_pulled_than_the_windows_hold)
def the_window_counts_only_what_is_out(patch: pytest.MonkeyPatch) -> None:
    def fits_one_more(station: SegmentStation) -> bool:
        return station.out < station.window.quick

    patch.setattr(SegmentStation, "_fits_one_more", fits_one_more)


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def the_window_is_one_too_wide(patch: pytest.MonkeyPatch) -> None:
    def wide(context: Context) -> Window:
        right = window(context)
        return Window(slow=right.slow, quick=right.quick + 1, held=right.held + 1)

    patch.setattr(bounds, "window", wide)


@planted(test_schedules.test_an_item_that_ends_its_worker_fails_and_no_other_does)
def a_lost_call_is_not_sent_again(patch: pytest.MonkeyPatch) -> None:
    sorted_out = Deaths.sorted_out

    def lost(self: Deaths, station: SegmentStation, *rest: object) -> list[Slot]:
        slots = sorted_out(self, station, *rest)
        for slot in slots:
            slot.sent = slot.sent and []
        return slots

    patch.setattr(Deaths, "sorted_out", lost)


@planted(test_schedules.test_an_item_that_ends_its_worker_fails_and_no_other_does)
def the_position_is_taken_in_the_first_call(patch: pytest.MonkeyPatch) -> None:
    sorted_out = Deaths.sorted_out

    def blamed(self: Deaths, *rest: object) -> list[Slot]:
        _, slot, _ = rest
        sent, slot.sent = slot.sent, None
        slots = sorted_out(self, *rest)
        if sent is not None:
            slot.sent = [n for n in sent if n in slot.positions()]
        return slots

    patch.setattr(Deaths, "sorted_out", blamed)


@planted(test_schedules.test_an_item_that_ends_its_worker_fails_and_no_other_does)
def an_answer_to_what_was_sent_again_stays_as_it_is(patch: pytest.MonkeyPatch) -> None:
    def rebased(reply: Reply, *_: object, **__: object) -> Reply:
        return reply

    patch.setattr(engine, "rebased", rebased)


@planted(test_schedules.test_a_run_ends_with_the_failure_that_is_one_too_many)
def one_failure_more_is_tolerated(patch: pytest.MonkeyPatch) -> None:
    def spend(budget: Budget, records: list[Failed]) -> bool:
        budget.count += len(records)
        return budget.count <= budget.allowed() + 1

    patch.setattr(Budget, "spend", spend)


@planted(test_schedules.test_a_consumer_that_stops_ends_the_run_after_what_it_took)
def all_of_a_chunk_counts_where_the_run_ends_in_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "cut", lambda self, chunk, kept: self.release(chunk))


@planted(test_schedules.test_a_consumer_that_stops_ends_the_run_after_what_it_took)
def nothing_before_the_cut_chunk_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Account, "_keep", lambda self, chunk, thing: None)


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def a_join_goes_way_by_way(patch: pytest.MonkeyPatch) -> None:
    def by_way(source: Chunk, split: Split, ways: tuple[list[Chunk], ...]) -> Chunk:
        whole = joined(source, split, ways)
        order = sorted(range(len(whole.body)), key=lambda n: len(str(whole.body[n])))
        whole.body = [whole.body[n] for n in order]
        return whole

    patch.setattr(layout, "joined", by_way)


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def a_flush_loses_its_key_in_a_join(patch: pytest.MonkeyPatch) -> None:
    def without(source: Chunk, split: Split, ways: tuple[list[Chunk], ...]) -> Chunk:
        whole = joined(source, split, ways)
        whole.keys = whole.keys[: len(whole.body)]
        return whole

    patch.setattr(layout, "joined", without)


@planted(test_schedules.test_an_item_that_ends_its_worker_fails_and_no_other_does)
def the_consumer_is_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Engine, "_give_up", lambda self, *_: self._finish(None))


@planted(test_schedules.test_an_item_that_ends_its_worker_fails_and_no_other_does)
def one_death_more_is_borne(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deaths, "MOST_INCIDENTS", deaths.MOST_INCIDENTS + 1)


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def who_waits_for_an_answer_before_is_dismissed(patch: pytest.MonkeyPatch) -> None:
    def through(every: Sequence[SegmentStation]) -> Iterator[int]:
        return (each.segment.number for each in every if not each.waiting)

    patch.setattr(engine, "through", through)


@planted(test_schedules.test_any_order_of_answers_gives_what_the_plan_means)
def chunks_are_as_big_as_they_come(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Pace, "learn", lambda pace, *_, **__: setattr(pace, "size", 1 << 20))


QUICKLY = settings(
    max_examples=1000,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("plant", "promise"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED]
)
def test_a_bug_is_found(
    plant: Plant, promise: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)

    monkeypatch.setattr(promise, "_hypothesis_internal_use_settings", QUICKLY)
    with pytest.raises((AssertionError, LookupError)):
        promise()
