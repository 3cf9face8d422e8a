"""A plan is only data: frozen, comparable, printable, picklable, never run."""

import pickle
import re
import subprocess
import sys
from copy import deepcopy
from dataclasses import FrozenInstanceError
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace

import pytest
from hypothesis import given

from fstream.combinators import cases
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.plan import contexts
from fstream.plan import emissions
from fstream.plan import nodes
from fstream.plan import typed
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Recover
from fstream.plan.typed import Plan
from fstream.plan.typed import Stage
from fstream.plan.walk import walk
from tests.plan.drawn import plans
from tests.plan.drawn import stages

KINDS = sorted(
    {
        kind
        for module in (nodes, typed, cases, contexts, emissions)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and is_dataclass(kind)
        and kind.__module__ == module.__name__
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__qualname__)
def test_a_part_of_a_plan_is_frozen_slotted_and_final(kind: type) -> None:
    part = object.__new__(kind)

    assert kind.__final__
    assert not hasattr(part, "__dict__")
    for field in fields(kind):
        object.__setattr__(part, field.name, None)
        with pytest.raises(FrozenInstanceError):
            setattr(part, field.name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(part, field.name)


@given(plans())
def test_building_printing_and_pickling_a_plan_runs_none_of_it(plan: Plan) -> None:
    copy = pickle.loads(pickle.dumps(plan))

    assert copy == plan
    assert deepcopy(plan) == plan
    assert repr(copy) == repr(plan)


@given(plans(), plans())
def test_plans_are_equal_when_their_nodes_are(one: Plan, two: Plan) -> None:
    assert (one == two) == (one.node == two.node)


@given(stages())
def test_equal_stages_have_equal_hashes(stage: Stage) -> None:
    assert hash(pickle.loads(pickle.dumps(stage))) == hash(stage)


@given(stages())
def test_a_stage_written_elsewhere_is_the_same_stage(stage: Stage) -> None:
    elsewhere = Site(file="elsewhere.py", line=1)

    for node in walk(stage.node):
        label = getattr(node, "label", None)
        if isinstance(label, Label):
            assert replace(node, label=replace(label, site=elsewhere)) == node


@given(stages(), stages(), stages())
def test_joining_is_associative(one: Stage, two: Stage, three: Stage) -> None:
    assert (one >> two) >> three == one >> (two >> three)


@given(stages(), stages())
def test_joining_changes_neither_part(one: Stage, two: Stage) -> None:
    before = deepcopy((one, two))

    one >> two

    assert (one, two) == before


@given(plans())
def test_chains_never_nest(plan: Plan) -> None:
    chains = [node for node in walk(plan.node) if isinstance(node, Chain)]

    assert all(len(chain.steps) != 1 for chain in chains)
    assert not any(isinstance(step, Chain) for chain in chains for step in chain.steps)


@given(plans())
def test_a_plan_prints_every_stage_with_the_place_where_it_was_written(
    plan: Plan,
) -> None:
    text = repr(plan)
    labels = [
        node.label
        for node in walk(plan.node)
        if isinstance(node, nodes.Node)
        if hasattr(node, "label")
    ]

    places = re.findall(r"  # (\S+:\d+)$", text, re.MULTILINE)
    assert sorted(places) == sorted(str(label.site) for label in labels)


@given(stages())
def test_a_name_reaches_every_stage_that_has_none_above_it(stage: Stage) -> None:
    named = stage.named("n")

    tops = [part.label for part in top(named.node) if hasattr(part, "label")]
    assert {label.name.partition("/")[0] for label in tops} <= {"n"}
    assert len(tops) == 1 or all("/" in label.name for label in tops)


def top(node: nodes.Stage) -> list[nodes.Stage]:
    match node:
        case Chain(steps):
            return [part for step in steps for part in top(step)]
        case Recover(body, handler):
            return top(body) + top(handler)
        case nodes.Catch(body) | nodes.Within(_, body):
            return top(body)
        case _:
            return [node]


def test_a_plan_of_functions_that_do_not_pickle_does_not_pickle() -> None:
    plan = source([1]).via(map_stage(lambda n: n)).to(collect())

    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(plan)


def test_importing_fstream_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import fstream\n"
        "print(*set(sys.modules) - before)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    heavy = {"asyncio", "cloudpickle", "multiprocessing", "concurrent.futures"}
    heavy |= {"socket", "subprocess", "numpy", "hypothesis"}
    heavy |= {"fstream.running", "fstream.interpreter.kernel", "fstream.worker"}
    assert "fstream.combinators.stages" in loaded
    assert heavy.isdisjoint(loaded)
