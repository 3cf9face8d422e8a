"""However an item was lost, the ledger of its segment stays whole."""

from collections import Counter

from hypothesis import given

from fstream.combinators.emission import leave
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.compiler.place import place
from fstream.interpreter.engine.ledger import Totals
from fstream.interpreter.engine.ledger import rows
from fstream.interpreter.engine.passage import passage
from fstream.interpreter.kernel.template import Probe
from fstream.plan.contexts import processes
from fstream.plan.typed import Stage
from tests.engine.law import is_whole
from tests.engine.plans import Drawn
from tests.engine.plans import drawn


@given(drawn(stateful=False))
def test_an_item_lost_in_any_stage_has_one_outcome_in_every_stage(plan: Drawn) -> None:
    program = plan.program(plan.script(), placed=True)
    for segment in program.segments:
        for stage in segment.stages:
            noted = passage(segment.op, stage)
            if noted is None or not program.stages[stage].kind:  # that is no stage
                continue
            totals = Totals(entered=1, probes=Counter(noted), failed=Counter([stage]))

            found = rows(segment, totals)

            assert all(map(is_whole, found.values()))
            assert (found[stage].entered, found[stage].failed) == (1, 1)


def probes(stage: Stage, number: int) -> tuple[Probe, ...] | None:
    op, _ = place(stage.node, processes(1))
    return passage(op, number)


def test_it_has_passed_the_filters_before_it() -> None:
    kept = filter_stage(bool) >> filter_stage(bool) >> map_stage(abs)

    assert probes(kept, 2) == (Probe("passed", 0), Probe("passed", 1))
    assert probes(kept, 1) == (Probe("passed", 0),)


def test_it_is_one_of_the_items_that_were_made_before_it() -> None:
    assert probes(flat_map_stage(range) >> map_stage(abs), 1) == (Probe("emitted", 0),)


def test_what_its_handler_was_given_has_exited() -> None:
    recovered = try_stage(abs).recover_with(map_stage(abs))

    assert probes(recovered, 1) == (Probe("exits", 0),)


def test_it_does_not_come_to_what_nothing_leads_to() -> None:
    assert probes(leave() >> map_stage(abs), 1) is None
    assert probes(map_stage(abs).recover_with(map_stage(abs)), 1) is None
