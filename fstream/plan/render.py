"""Plans as text, one line per stage.

The text reads like the program that built the plan, and ends each line with
the place where its stage was written::

    source([1, 2, 3])       # census.py:4
    >> map_stage(parse)     # census.py:5
    >> collect()
"""

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import chain
from typing import Literal, TypeAlias, assert_never, final

from fstream.plan.care import Care
from fstream.plan.choosing import OfClass
from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfKey
from fstream.plan.choosing import OfPort
from fstream.plan.choosing import OfRest
from fstream.plan.choosing import Test
from fstream.plan.labels import Label
from fstream.plan.labels import Site
from fstream.plan.labels import function_name
from fstream.plan.nodes import All
from fstream.plan.nodes import Arm
from fstream.plan.nodes import Batch
from fstream.plan.nodes import Broadcast
from fstream.plan.nodes import ByTurn
from fstream.plan.nodes import Catch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Collect
from fstream.plan.nodes import Count
from fstream.plan.nodes import Divert
from fstream.plan.nodes import Drain
from fstream.plan.nodes import Emitting
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Flow
from fstream.plan.nodes import Fold
from fstream.plan.nodes import Keeping
from fstream.plan.nodes import Leave
from fstream.plan.nodes import Map
from fstream.plan.nodes import MapResult
from fstream.plan.nodes import Mark
from fstream.plan.nodes import Merged
from fstream.plan.nodes import Origin
from fstream.plan.nodes import Piped
from fstream.plan.nodes import Pipeline
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Route
from fstream.plan.nodes import Sink
from fstream.plan.nodes import Stage
from fstream.plan.nodes import Try
from fstream.plan.nodes import Unbatch
from fstream.plan.nodes import Within
from fstream.plan.nodes import Wrap
from fstream.plan.origins import Items
from fstream.plan.origins import Live
from fstream.plan.origins import Made
from fstream.plan.render_rule import bounded
from fstream.plan.render_rule import render_rule
from fstream.plan.supplied import Supplied
from fstream.plan.walk import Part
from fstream.result.value import value


@final
@value
class _Line:
    text: str
    site: Site | None = None


_Lines: TypeAlias = tuple[_Line, ...]
_Calling: TypeAlias = Map | FlatMap | Filter | Try | Emitting
_Head: TypeAlias = Literal["case", "when"]
_Leaf: TypeAlias = _Calling | Batch | Keeping | Unbatch | Leave | Wrap | Mark


def render(part: Part) -> str:
    """Write ``part`` as a program of one line per stage."""
    return _text(_part(part))


def render_arm(arm: Arm, head: _Head = "case") -> str:
    """Write an arm as its head, with a line per stage after it."""
    return _text(_arm(arm, head))


def render_choice(arms: Iterable[Arm], label: Label) -> str:
    """Write the arms of a choice that nothing ends yet."""
    return _text(_choice(arms, label))


def _text(lines: _Lines) -> str:
    width = max((len(line.text) for line in lines if line.site), default=0)
    return "\n".join(_written(line, width) for line in lines)


def _written(line: _Line, width: int) -> str:
    return f"{line.text:<{width}}  # {line.site}" if line.site else line.text


def _part(part: Part) -> _Lines:
    match part:
        case Pipeline(flow, sink):
            return _joined(*_flow(flow), *_sink(sink))
        case Flow():
            return _joined(*_flow(part))
        case Items() | Made() | Live() | Merged():
            return _origin(part)
        case Collect() | Fold() | Count() | Drain():
            return _joined(*_sink(part))
        case Piped() | MapResult() | All() | Divert():
            return _joined(*_sink(part))
        case _:
            return _stage(part)


def _flow(flow: Flow) -> Iterator[_Lines]:
    yield _origin(flow.origin)
    yield from _steps(flow.stage)


def _origin(origin: Origin) -> _Lines:
    match origin:
        case Items(items, label):
            return _line(f"source({bounded(items)})", label)
        case Made(make, label):
            return _line(f"source_from({function_name(make)})", label)
        case Live(make, label):
            return _line(f"live_source({function_name(make)})", label)
        case Merged(flows, label):
            inner = (_joined(*_flow(flow)) for flow in flows)
            return _block("merge", inner, label)
        case _:
            assert_never(origin)


def _sink(sink: Sink) -> Iterator[_Lines]:
    match sink:
        case Collect() | Count() | Drain():
            yield _line(f"{type(sink).__name__.lower()}()")
        case Fold(init, fn):
            yield _line(f"fold({bounded(init)}, {function_name(fn)})")
        case Piped(stage, rest):
            yield from _steps(stage)
            yield from _sink(rest)
        case MapResult(rest, fn):
            *before, last = _sink(rest)
            yield from before
            yield (*last, *_line(f".map_result({function_name(fn)})"))
        case All(sinks):
            yield _block("to_all", (_joined(*_sink(each)) for each in sinks))
        case Divert(stage, main, aside):
            yield _continued((*_steps(stage), *_sink(main)), "divert_to", _sink(aside))
        case _:
            assert_never(sink)


def _stage(stage: Stage) -> _Lines:
    return _joined(*_steps(stage)) or _line("identity()")


def _steps(stage: Stage) -> Iterator[_Lines]:
    match stage:
        case Chain(steps):
            for step in steps:
                yield from _steps(step)
        case Route():
            yield _route(stage)
        case Broadcast(stages, label):
            yield _block("broadcast", map(_stage, stages), label)
        case ByTurn():  # these stages are shown with their sources
            return
        case Recover():
            yield _recover(stage)
        case Catch(body):
            yield _block("catch", [_stage(body)])
        case Within(context, body):
            yield _block("within", [_line(f"{context!r},"), _stage(body)])
        case _:
            yield _leaf(stage)


def _route(route: Route) -> _Lines:
    """A choice is known by its rest, or by its keys if it is complete."""
    *others, last = route.arms
    if isinstance(last.test, OfRest):
        choice = _choice(others, route.label)
        return (*choice[:-1], *_block(").otherwise", [_stage(last.stage)]))
    if any(isinstance(arm.test, OfKey) for arm in route.arms):
        choice = _choice(route.arms, route.label)
        return (*choice[:-1], *_line(").complete()"))
    return _block("route", map(_arm, route.arms), route.label)


def _choice(arms: Iterable[Arm], label: Label) -> _Lines:
    return _block("route_when", (_arm(arm, "when") for arm in arms), label)


def _recover(stage: Recover) -> _Lines:
    match stage:
        case Recover(Chain((Catch(body), Wrap())), Wrap()):
            return _block("attempt", [_stage(body)])
        case Recover(body, handler):
            return _continued(_steps(body), "recover_with", _steps(handler))


def _leaf(stage: _Leaf) -> _Lines:
    match stage:
        case Batch(size, within, label):
            timing = "" if within is None else f", within={within!r}"
            return _line(f"batch({size}{timing})", label)
        case Keeping(rule, label):
            return _line(render_rule(rule), label)
        case Unbatch(label):
            return _line("unbatch()", label)
        case Leave(port, label):
            way = "leave()" if port is None else f"to_port({function_name(port)})"
            return _line(way, label)
        case Wrap(case):
            return _line(f"wrap({case})")
        case Mark(number):
            return _line(f"mark({number})")
        case _:
            return _call(stage)


def _call(stage: _Calling) -> _Lines:
    own, head = function_name(stage.fn), ""
    if isinstance(stage.fn, Supplied):
        own = function_name(stage.fn.fn)
        head = f"using({function_name(stage.fn.open)})."
    label = stage.label
    name = "" if label.name == own else f", name={label.name!r}"
    on = "" if label.on is None else f", on={label.on!r}"
    return _line(f"{head}{_verb(stage)}({own}{on}{name}{_care(label.care)})", label)


def _care(care: Care) -> str:
    return "".join(
        f", {name}={told!r}"
        for name, told, usual in (
            ("retry", care.retry, None),
            ("timeout", care.timeout, None),
            ("delivery", care.delivery, "rerun"),
        )
        if told != usual
    )


def _verb(stage: _Calling) -> str:
    match stage:
        case Map(calls=calls):
            return "map_stage" if calls == "plainly" else "map_async"
        case FlatMap():
            return "flat_map_stage"
        case Filter():
            return "filter_stage"
        case Try(calls=calls):
            return "try_stage" if calls == "plainly" else "try_async"
        case Emitting():
            return "emit_stage"
        case _:
            assert_never(stage)


def _arm(arm: Arm, head: _Head = "case") -> _Lines:
    return _joined(_line(_test(arm.test, head)), *_steps(arm.stage))


def _test(test: Test, head: _Head) -> str:
    match test:
        case OfClass(classes):
            return f"case({', '.join(map(function_name, classes))})"
        case OfGuard(guard):
            return f"{head}({function_name(guard)})"
        case OfPort(port):
            return f"case_port({function_name(port)})"
        case OfKey(key, value):
            return f"by({function_name(key)})({bounded(value)})"
        case OfRest():
            return "otherwise"
        case _:
            assert_never(test)


def _line(text: str, label: Label | None = None) -> _Lines:
    return (_Line(text, None if label is None else label.site),)


def _joined(*parts: _Lines) -> _Lines:
    """One after the other: ``>>`` stands before all but the first."""
    if not parts:
        return ()
    first, *others = parts
    return (*first, *chain.from_iterable(_indented(each, ">> ") for each in others))


def _block(verb: str, blocks: Iterable[_Lines], label: Label | None = None) -> _Lines:
    inner = chain.from_iterable(_indented(lines, "    ") for lines in blocks)
    return (*_line(f"{verb}(", label), *inner, *_line(")"))


def _continued(body: Iterable[_Lines], verb: str, then: Iterable[_Lines]) -> _Lines:
    first = _joined(*body) or _line("identity()")
    second = _joined(*then) or _line("identity()")
    return (
        *_line("("),
        *_indented(first, "    "),
        *_line(f").{verb}("),
        *_indented(second, "    "),
        *_line(")"),
    )


def _indented(lines: _Lines, mark: str) -> _Lines:
    """Put ``mark`` before the first line and as much space before the rest."""
    first, *rest = lines
    space = " " * len(mark)
    return (
        _Line(mark + first.text, first.site),
        *(_Line(space + line.text, line.site) for line in rest),
    )
