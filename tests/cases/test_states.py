"""Stages that see all items, wherever they stand: cases MSC that need a state."""

from fstream import Context
from fstream import collect
from fstream import count
from fstream import distinct
from fstream import map_stage
from fstream import source
from tests.cases import work
from tests.cases.everywhere import answer
from tests.cases.everywhere import everywhere


@everywhere
def test_msc_9_what_comes_again_is_left_out(on: Context) -> None:
    numbers = [1, 2, 3, 2, 4, 1, 5, 3, 6, 4]
    plan = source(numbers).via(distinct()).via(map_stage(work.double)).to(collect())

    assert answer(plan, on=on) == (2, 4, 6, 8, 10, 12)


@everywhere
def test_msc_9_of_each_key_the_first_user_is_kept(on: Context) -> None:
    users = [("ann", 1), ("bob", 2), ("ann", 3), ("cy", 4), ("bob", 5), ("di", 6)]
    plan = source(users).via(distinct(work.first_of)).to(collect())

    assert answer(plan, on=on) == (("ann", 1), ("bob", 2), ("cy", 4), ("di", 6))


@everywhere
def test_msc_9_of_a_hundred_items_twenty_are_distinct(on: Context) -> None:
    stages = map_stage(work.modulo_twenty) >> distinct()

    assert answer(source(range(100)).via(stages).to(count()), on=on) == 20
