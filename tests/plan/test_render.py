"""A plan prints as the program that it is, one line per stage."""

import re

import pytest

from fstream.combinators.batches import batch
from fstream.combinators.batches import unbatch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.choices import route_when
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.limits import take
from fstream.combinators.limits import take_while
from fstream.combinators.merges import merge
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sinks import count
from fstream.combinators.sinks import drain
from fstream.combinators.sinks import fold
from fstream.combinators.sinks import for_each
from fstream.combinators.sources import live_source
from fstream.combinators.sources import source
from fstream.combinators.sources import source_from
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.stages import within
from fstream.combinators.states import distinct
from fstream.combinators.states import drop
from fstream.combinators.states import group_by_key
from fstream.combinators.states import limit_rate
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads
from fstream.plan.named import context
from fstream.plan.ports import Port


class Rejected(Port[object]): ...


def parse(item: object) -> object:
    return item


def add(total: object, item: object) -> object:
    return (total, item)


ONE = source([1, 2])
TEXTS = {
    "source": (ONE, "source([1, 2])  #"),
    "long source": (
        source(range(10**9)),
        "source(range(0, 1000000000))  #",
    ),
    "long list": (source([7] * 99), "source([7, 7, 7, 7, 7, 7, ...])  #"),
    "live_source": (live_source(list), "live_source(list)  #"),
    "source_from": (source_from(list), "source_from(list)  #"),
    "merge": (
        merge(ONE >> map_stage(parse), source_from(list)) >> map_stage(add),
        "merge(                       #\n"
        "    source([1, 2])           #\n"
        "    >> map_stage(parse)      #\n"
        "    source_from(list)        #\n"
        ")\n"
        ">> map_stage(add)            #",
    ),
    "identity": (identity(int), "identity()"),
    "map": (map_stage(parse), "map_stage(parse)  #"),
    "flat_map": (flat_map_stage(parse), "flat_map_stage(parse)  #"),
    "filter": (filter_stage(parse), "filter_stage(parse)  #"),
    "narrow": (narrow_stage(parse), "filter_stage(parse)  #"),
    "try": (try_stage(parse), "try_stage(parse)  #"),
    "emit": (emit_stage(parse), "emit_stage(parse)  #"),
    "options": (
        map_stage(parse, on=processes(2), name="p"),
        "map_stage(parse, on=processes(2), name='p')  #",
    ),
    "a named context": (
        within(context("cpu"), map_stage(parse, on=context("io", default=threads(2)))),
        "within(\n    context('cpu'),\n"
        "    map_stage(parse, on=context('io', default=threads(2)))  #\n)",
    ),
    "batch": (batch(3), "batch(3)  #"),
    "batch within": (batch(3, within=0.5), "batch(3, within=0.5)  #"),
    "scan": (scan_stage(0, add), "scan_stage(0, add)  #"),
    "scan_by": (scan_by(parse, [], add), "scan_by(parse, [], add)  #"),
    "group_by_key": (group_by_key(parse), "group_by_key(parse, 100)  #"),
    "limit_rate": (limit_rate(0.5), "limit_rate(0.5)  #"),
    "drop": (drop(3), "drop(3)  #"),
    "take": (take(3), "take(3)  #"),
    "take_while": (take_while(parse), "take_while(parse)  #"),
    "distinct": (distinct(), "distinct()  #"),
    "distinct by": (distinct(parse), "distinct(parse)  #"),
    "unbatch": (unbatch(), "unbatch()  #"),
    "leave": (leave(), "leave()  #"),
    "to_port": (to_port(Rejected), "to_port(Rejected)  #"),
    "catch": (catch(map_stage(parse)), "catch(\n    map_stage(parse)  #\n)"),
    "attempt": (
        attempt(map_stage(parse) >> leave()),
        "attempt(\n    map_stage(parse)  #\n    >> leave()       #\n)",
    ),
    "within": (
        within(threads(2), map_stage(parse)),
        "within(\n    threads(2),\n    map_stage(parse)  #\n)",
    ),
    "recover": (
        try_stage(parse).recover(str),
        "(\n    try_stage(parse)  #\n).recover_with(\n    map_stage(str)    #\n)",
    ),
    "broadcast": (
        broadcast(map_stage(parse), identity(int)),
        "broadcast(            #\n    map_stage(parse)  #\n    identity()\n)",
    ),
    "case": (case(int, str), "case(int, str)"),
    "case keep": (case(parse).keep(), "case(parse)"),
    "case >>": (
        case(int) >> map_stage(parse),
        "case(int)\n>> map_stage(parse)  #",
    ),
    "case_port": (case_port(Rejected), "case_port(Rejected)"),
    "collect": (collect(), "collect()"),
    "count": (count(), "count()"),
    "drain": (drain(), "drain()"),
    "fold": (fold(0, add), "fold(0, add)"),
    "for_each": (for_each(parse), "map_stage(parse, on=inline())  #\n>> drain()"),
    "map_result": (
        map_stage(parse).to(count()).map_result(str),
        "map_stage(parse)  #\n>> count()\n   .map_result(str)",
    ),
    "plan": (
        ONE >> map_stage(parse) >> map_stage(len, name="size") >> collect(),
        "source([1, 2])                   #\n"
        ">> map_stage(parse)              #\n"
        ">> map_stage(len, name='size')   #\n"
        ">> collect()",
    ),
    "route": (
        ONE
        >> route(
            case(int) >> map_stage(parse) >> batch(2)
            if False
            else case(int).via(map_stage(parse) >> batch(2)),
            case_port(Rejected).leave(),
            case(str, bytes).keep(),
        )
        >> count(),
        "source([1, 2])               #\n"
        ">> route(                    #\n"
        "       case(int)\n"
        "       >> map_stage(parse)   #\n"
        "       >> batch(2)           #\n"
        "       case(Rejected)\n"
        "       >> leave()            #\n"
        "       case(str, bytes)\n"
        "   )\n"
        ">> count()",
    ),
    "when": (when(parse), "when(parse)"),
    "when >>": (
        when(parse) >> map_stage(parse),
        "when(parse)\n>> map_stage(parse)  #",
    ),
    "by": (by(parse)("a").leave(), "by(parse)('a')\n>> leave()  #"),
    "a choice": (
        route_when(when(parse).keep()),
        "route_when(  #\n    when(parse)\n)",
    ),
    "otherwise": (
        ONE
        >> route_when(
            when(parse) >> map_stage(parse),
            by(len)(2).keep(),
        ).otherwise(map_stage(str) >> batch(2))
        >> count(),
        "source([1, 2])              #\n"
        ">> route_when(              #\n"
        "       when(parse)\n"
        "       >> map_stage(parse)  #\n"
        "       by(len)(2)\n"
        "   ).otherwise(\n"
        "       map_stage(str)       #\n"
        "       >> batch(2)          #\n"
        "   )\n"
        ">> count()",
    ),
    "complete": (
        route_when(when(parse).keep(), by(len).of(2)(2) >> map_stage(parse)).complete(),
        "route_when(              #\n"
        "    when(parse)\n"
        "    by(len)(2)\n"
        "    >> map_stage(parse)  #\n"
        ").complete()",
    ),
    "to_all and divert_to": (
        (ONE >> try_stage(parse))
        .to_all(collect(), map_stage(parse) >> count())
        .divert_to(for_each(parse)),
        "source([1, 2])                  #\n"
        ">> (\n"
        "       try_stage(parse)         #\n"
        "       >> to_all(\n"
        "              collect()\n"
        "              map_stage(parse)  #\n"
        "              >> count()\n"
        "          )\n"
        "   ).divert_to(\n"
        "       map_stage(parse, on=inline())  #\n"
        "       >> drain()\n"
        "   )",
    ),
}


@pytest.mark.parametrize("part", TEXTS)
def test_it_prints_as_it_was_written(part: str) -> None:
    made, text = TEXTS[part]

    assert squeezed(re.sub(r"#.*", "#", repr(made))) == squeezed(text)


def squeezed(text: str) -> str:
    """Leave out how far the places are moved to the right."""
    return re.sub(r" +#", "  #", text)


def test_the_places_stand_below_each_other() -> None:
    text = repr(ONE >> map_stage(parse) >> batch(2) >> collect())

    columns = {line.index("#") for line in text.splitlines() if "#" in line}
    assert len(columns) == 1
