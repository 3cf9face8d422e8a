"""Time may part batches anywhere; it loses nothing, and the ledger adds up."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from fstream import Failure
from fstream import Source
from fstream import Stage
from fstream import Success
from fstream import batch
from fstream import filter_stage
from fstream import identity
from fstream import live_source
from fstream import map_stage
from fstream import merge
from fstream import source_from
from fstream import stream
from fstream import unbatch
from fstream.interpreter.report import Report
from fstream.plan.contexts import Context
from tests.laws.plans import ITEMS
from tests.laws.plans import KEEPS
from tests.laws.plans import PREFIXES
from tests.laws.plans import RAISES
from tests.laws.plans import RUN_PLACES
from tests.laws.seen import plain
from tests.laws.work import Begins

SOON = st.floats(1e-6, 2e-3)
BEGIN = st.sampled_from([live_source, live_source, source_from])
BEFORE: st.SearchStrategy[Stage] = st.one_of(
    st.just(identity(object)), st.builds(filter_stage, KEEPS)
)
AFTER: st.SearchStrategy[Stage] = st.one_of(
    st.just(identity(object)), st.builds(map_stage, RAISES)
)
GROUPED = st.builds(
    lambda n, soon: batch(n, within=soon) >> unbatch(), st.integers(1, 40), SOON
)


@st.composite
def timed(draw: st.DrawFn) -> tuple[Source, Source]:
    """A source with batches that time completes, and the same without them."""
    begins = Begins(tuple(draw(ITEMS)), "lazy", draw(st.none() | st.just("stop")), 7)
    before, after, grouped = draw(BEFORE), draw(AFTER), draw(GROUPED)
    begin = draw(BEGIN)(begins) >> before
    one, other = begin >> grouped >> after, begin >> after
    if draw(st.booleans()):
        beside = live_source(Begins((1, 2, 3), "lazy"))
        return merge(one, beside), merge(other, beside)
    return one, other


@given(pair=timed(), on=RUN_PLACES)
def test_a_timed_batch_unbatched_is_what_went_into_it(
    pair: tuple[Source, Source], on: Context | None
) -> None:
    batched, plainly = pair

    def found(source: Source) -> list[str]:
        outcomes = stream(source, on=on)
        return sorted(repr(plain(o.unwrap())) for o in outcomes if _is_good(o))

    assert found(batched) == found(plainly)


@given(pair=timed(), on=RUN_PLACES, up_to=PREFIXES)
def test_the_ledger_adds_up_wherever_a_stream_is_closed(
    pair: tuple[Source, Source], on: Context | None, up_to: int
) -> None:
    report = Report()

    outcomes = stream(pair[0], on=on, observers=[report])
    taken = [*islice(outcomes, up_to)]
    outcomes.close()

    for row in (*report.stages, report.run):
        assert row.entered == row.out + row.failed + row.filtered
        assert min(row.out, row.failed, row.filtered) >= 0
    assert report.run.emitted == sum(map(_is_good, taken))


def _is_good(outcome: Success[object] | Failure[object]) -> bool:
    return isinstance(outcome, Success)
