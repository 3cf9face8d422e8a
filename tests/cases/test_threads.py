"""Threads wait side by side, and what they give is in order: cases THR."""

import threading
import time

from fstream import Report
from fstream import batch
from fstream import collect
from fstream import map_stage
from fstream import source
from fstream import threads
from fstream import unbatch
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import counts


def test_thr_1_ten_items_are_doubled_in_threads() -> None:
    plan = source(range(10)).via(map_stage(work.double, on=threads(4))).to(collect())

    assert answer(plan) == tuple(range(0, 20, 2))


def test_thr_2_a_pool_of_three_has_at_most_three_threads_and_more_than_one() -> None:
    meeting = threading.Barrier(2)

    def meet(n: int) -> int:
        if n < 2:
            meeting.wait(timeout=5)
        return threading.get_ident()

    plan = source(range(20)).via(map_stage(meet, on=threads(3))).to(collect())
    found = answer(plan)

    assert isinstance(found, tuple)
    assert 1 < len(set(found)) <= 3
    assert threading.get_ident() not in found


def test_thr_3_a_hundred_items_are_squared_in_a_pool_of_twenty() -> None:
    plan = source(range(100)).via(map_stage(work.square, on=threads(20))).to(collect())

    assert answer(plan) == tuple(n * n for n in range(100))


def test_thr_5_twenty_items_go_in_two_rounds_of_ten_that_wait_together() -> None:
    meeting = threading.Barrier(10)

    def meet(n: int) -> int:
        time.sleep(0.05)  # that is the case: what is quick may share a thread
        meeting.wait(timeout=20)
        return n

    plan = source(range(20)).via(map_stage(meet, on=threads(10))).to(collect())

    assert answer(plan) == tuple(range(20))


def test_thr_6_each_batch_is_worked_on_in_a_thread() -> None:
    report = Report()
    plan = (
        source(range(100))
        .via(batch(20))
        .via(map_stage(work.all_doubled, on=threads(5)))
        .via(unbatch())
        .to(collect())
    )

    assert answer(plan, report=report) == tuple(range(0, 200, 2))
    assert counts(report)["all_doubled"] == (5, 5)
