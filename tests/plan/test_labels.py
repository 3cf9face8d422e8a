"""A stage is called what its function is called, where the user wrote it."""

import sys
from collections.abc import Callable
from functools import partial

import pytest

from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.plan.labels import Label
from fstream.plan.nodes import Map
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Recover
from fstream.plan.ports import Port
from fstream.plan.typed import Stage


class Rejected(Port[object]): ...


class Parser:
    def parse(self, text: str) -> str:
        return text

    def __call__(self, text: str) -> str:
        return text


def plain(item: object) -> object:
    return item


def local() -> Callable[[object], object]:
    def inner(item: object) -> object:
        return item

    return inner


def label(stage: Stage) -> Label:
    assert isinstance(stage.node, Map)
    return stage.node.label


@pytest.mark.parametrize(
    ("fn", "name"),
    [
        (plain, "plain"),
        (str.upper, "str.upper"),
        (len, "len"),
        (int, "int"),
        (Parser, "Parser"),
        (Parser().parse, "Parser.parse"),
        (Parser(), "Parser"),
        (local(), "inner"),
        (partial(plain), "plain"),
        (partial(partial(Parser().parse)), "Parser.parse"),
        (lambda item: item, "<lambda>"),
    ],
)
def test_a_stage_is_called_as_its_function(
    fn: Callable[[object], object], name: str
) -> None:
    assert label(map_stage(fn)).name == name


def test_a_stage_is_called_as_the_user_says() -> None:
    assert label(map_stage(plain, name="mine")).name == "mine"


def test_a_stage_knows_the_line_that_it_was_written_in() -> None:
    line = sys._getframe().f_lineno
    stages = (
        map_stage(plain),
        source([1]).recover(plain).node.stage.handler,
        for_each(plain).node.stage,
        leave().node,
        to_port(Rejected).node,
        source([1]).node.origin,
    )

    labels = [getattr(stage, "node", stage).label for stage in stages]
    assert [str(label.site) for label in labels] == [
        f"{__file__}:{line + offset}" for offset in range(2, 8)
    ]


def test_a_renamed_stage_keeps_its_place() -> None:
    stage = map_stage(plain)

    assert label(stage.named("mine")).site == label(stage).site
    assert label(stage.named("mine")).name == "mine"


def test_a_name_for_several_stages_stands_before_their_own() -> None:
    stage = (map_stage(plain) >> map_stage(len)).recover(str).named("read")

    assert isinstance(stage.node, Recover)
    names = [step.label.name for step in (*stage.node.body.steps, stage.node.handler)]
    assert names == ["read/plain", "read/len", "read/str"]


def test_for_each_is_a_stage_before_a_drain() -> None:
    assert isinstance(for_each(plain).node, Piped)
