"""``explain`` tells what would run where, line by line, and runs nothing."""

from pathlib import Path
from textwrap import dedent
from threading import Lock

from hypothesis import given

from fstream import batch
from fstream import case
from fstream import collect
from fstream import count
from fstream import distinct
from fstream import explain
from fstream import forks
from fstream import limit_rate
from fstream import live_source
from fstream import map_stage
from fstream import merge
from fstream import processes
from fstream import route
from fstream import source
from fstream import threads
from fstream import within
from fstream.plan.typed import Plan
from tests.plan.drawn import plans


def written(text: str) -> str:
    """``text`` with every stage said to stand in line 0 of ``here``."""
    return dedent(text).strip().replace("@", "# here:0")


def told(plan: Plan, **options: object) -> str:
    lines = str(explain(plan, **options)).splitlines()
    return "\n".join(
        f"{line.partition('#')[0]}# here:0" if "#" in line else line for line in lines
    )


def test_segments_stand_in_order_with_their_stages() -> None:
    plan = (
        source([1])
        >> map_stage(abs, name="a")
        >> map_stage(abs, on=processes(2), name="b")
        >> map_stage(abs, on=processes(2), name="c")
        >> map_stage(abs, on=threads(3), name="d")
        >> batch(2)
        >> collect()
    )

    assert told(plan) == written(
        """
        source source  @
        inline(): in the calling thread, by reference
          a  @
        processes(2): at most 4 chunks out, pickled both ways
          b  @
          c  @
        threads(3): at most 6 chunks out, by reference
          d  @
        inline(): in the calling thread, by reference, keeps state
          batch  @
        """
    )


def test_merged_sources_stand_below_their_merge() -> None:
    one = source([1]).via(map_stage(abs, on=threads(1), name="a"))
    two = merge(source("b"), live_source(list))
    plan = merge(one, two) >> map_stage(abs) >> collect()

    assert told(plan) == written(
        """
        source merge  @
          source source  @
          source merge  @
            source source  @
            source list, in a thread of its own  @
        split
          way 0
            threads(1): at most 2 chunks out, by reference
              a  @
          way 1
        join, in the order of the items
        inline(): in the calling thread, by reference
          abs  @
        """
    )


def test_what_keeps_a_state_is_told_where_it_runs() -> None:
    inner = map_stage(abs, name="a") >> distinct() >> limit_rate(2)
    plan = source([1]) >> within(threads(3), inner) >> count()

    assert told(plan) == written(
        """
        source source  @
        threads(3): at most 6 chunks out, by reference
          a  @
        inline(): in the calling thread, by reference, keeps state
          distinct  @
          limit_rate  @
        """
    )


def test_forks_say_how_many_items_a_child_gets() -> None:
    plan = (
        source([1])
        >> map_stage(abs, on=forks(2), name="a")
        >> map_stage(abs, on=forks(3, chunk=5), name="b")
        >> count()
    )

    assert told(plan) == written(
        """
        source source  @
        forks(2): at most 2 at once, for chunks, results pickled
          a  @
        forks(3, chunk=5): at most 3 at once, for up to 5 items each, results pickled
          b  @
        """
    )


def test_ways_are_indented_inside_a_split() -> None:
    arms = (
        case(int) >> map_stage(abs, on=threads(3), name="a"),
        case(str) >> map_stage(abs, name="b"),
    )
    plan = source([1]) >> route(*arms) >> collect()

    assert told(plan, on=processes(1)) == written(
        """
        source source  @
        processes(1): at most 2 chunks out, pickled both ways
          route  @
        split
          way 0
            threads(3): at most 6 chunks out, by reference
              a  @
          way 1
            processes(1): at most 2 chunks out, pickled both ways
              b  @
        join, in the order of the items
        """
    )


def line_of(text: str) -> int:
    """The first line of this file that has ``text`` in it."""
    found = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(found, 1) if text in line)


def test_each_stage_is_told_with_the_place_where_it_was_written() -> None:
    stage = map_stage(abs, name="here")

    plan = source([1]) >> stage >> collect()
    (line,) = [line for line in explain(plan).lines if "here" in line.split()]

    number = line_of('name="here"')
    assert line == f"  here  # {__file__}:{number}"


def test_reasons_stand_below() -> None:
    held = Lock()
    stage = map_stage(lambda item: held, name="bad", on=processes(1))
    plan = source([1]) >> stage >> collect()

    explanation = explain(plan)

    (reason,) = explanation.reasons
    assert str(explanation).splitlines()[-1] == f"invalid: {reason}"
    assert explanation.lines == tuple(str(explanation).splitlines()[:-1])


@given(plans())
def test_it_never_raises_and_runs_nothing(plan: Plan) -> None:
    explanation = explain(plan)

    assert explanation.lines[0].startswith("source ")
