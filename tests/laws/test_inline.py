"""Inline, a plan does exactly what the law says, call by call."""

from fractions import Fraction

from hypothesis import given
from hypothesis import settings

from fstream.plan.contexts import inline
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from tests.laws.plans import PREFIXES
from tests.laws.plans import TOLERANCES
from tests.laws.plans import plans
from tests.laws.plans import sources
from tests.laws.seen import in_brief
from tests.laws.seen import law_of_run
from tests.laws.seen import law_of_stream
from tests.laws.seen import seen_of_run
from tests.laws.seen import seen_of_stream
from tests.laws.seen import unplaced

often = settings(max_examples=3 * settings.default.max_examples)


@often
@given(plan=plans(), tolerate=TOLERANCES)
def test_a_run_gives_what_the_law_says(plan: Plan, tolerate: int | Fraction) -> None:
    plan = unplaced(plan)

    law = law_of_run(plan, tolerate=tolerate)

    assert in_brief(seen_of_run(plan, on=inline(), tolerate=tolerate)) == in_brief(law)


@given(source=sources())
def test_a_stream_gives_the_outcomes_of_the_law_in_their_order(source: Source) -> None:
    source = unplaced(source)

    law = law_of_stream(source)

    assert in_brief(seen_of_stream(source, on=inline())) == in_brief(law)


@often
@given(source=sources(), up_to=PREFIXES)
def test_a_stream_that_is_closed_has_called_nothing_behind_that_place(
    source: Source, up_to: int
) -> None:
    source = unplaced(source)

    law = law_of_stream(source, up_to=up_to)

    assert in_brief(seen_of_stream(source, on=inline(), up_to=up_to)) == in_brief(law)
