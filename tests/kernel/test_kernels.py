"""Generated kernels: written once a shape, readable, and true to each item."""

import gc
import linecache
import traceback
import weakref
from collections.abc import Callable
from collections.abc import Iterator
from operator import add

import pytest
from hypothesis import given

from fstream.combinators.batches import batch
from fstream.combinators.broadcasts import broadcast
from fstream.combinators.cases import case
from fstream.combinators.choices import route_when
from fstream.combinators.emission import emit
from fstream.combinators.emission import emit_stage
from fstream.combinators.emission import leave
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.routes import route
from fstream.combinators.stages import attempt
from fstream.combinators.stages import catch
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import flat_map_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.combinators.states import distinct
from fstream.combinators.states import group_by_key
from fstream.combinators.states import scan_by
from fstream.combinators.states import scan_stage
from fstream.interpreter.kernel import build
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel.build import Compiled
from fstream.interpreter.kernel.build import compiled
from fstream.plan.contexts import inline
from fstream.plan.typed import Stage
from fstream.result.outcome import Success
from tests.engine.plans import FUSED
from tests.engine.plans import Building
from tests.engine.plans import Drawn
from tests.engine.plans import Script
from tests.engine.plans import drawn
from tests.kernel.shapes import HERE
from tests.kernel.shapes import SHAPES
from tests.kernel.shapes import seen
from tests.kernel.shapes import segment_of

each_shape = pytest.mark.parametrize("shape", SHAPES)


def code(stage: Stage, shape: str = "chunk", *, exits: int = 0) -> Compiled:
    return compiled(segment_of(stage).op, exits, shape)


def lines(stage: Stage, shape: str) -> list[str]:
    return linecache.getlines(code(stage, shape).code.co_filename)


# ---- the cache


@given(drawn(contexts=FUSED))
def test_plans_of_one_shape_share_their_code(plan: Drawn) -> None:
    one, other = (
        Building(Script(seed), is_placed=False).stage(plan.shape) for seed in (1, 2)
    )

    assert code(one) is code(other)


def test_plans_of_different_shapes_do_not() -> None:
    once = map_stage(abs)
    different = [
        once,
        once >> once,
        filter_stage(abs),
        catch(once),
        attempt(once),
        leave(),
        broadcast(once, once),
        route(case(int) >> once),
        route(case(lambda item: True) >> once),
        route(case(int) >> once, case(str) >> once),
        route(case(int) >> once, case(str).leave()),
        route_when(when(abs) >> once).otherwise(once),
        route_when(by(abs)(1) >> once).otherwise(once),
        route_when(*(by(abs)(n).keep() for n in (1, 2))).otherwise(once),
        route_when(*(by(fn)(1).keep() for fn in (abs, hex))).otherwise(once),
        route_when(*(by(fn).of(1)(1) >> once for fn in (abs, hex))).complete(),
        catch(once).recover(abs),
        catch(catch(once).recover(abs)),
    ]

    codes = {id(code(stage, shape)) for stage in different for shape in SHAPES}
    assert len(codes) == len(different) * len(SHAPES)
    assert code(leave()) is not code(leave(), exits=1)


def test_the_cache_keeps_no_function_alive() -> None:
    class Function:
        def __call__(self, item: object) -> object:
            return item

    fn = Function()
    gone = weakref.ref(fn)
    code(map_stage(fn) >> filter_stage(fn) >> batch(2) >> map_stage(fn))

    del fn
    gc.collect()
    assert gone() is None


def test_the_cache_forgets_the_oldest_and_its_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build, "_known", {})
    monkeypatch.setattr(build, "_MOST", 2)
    oldest, *later = (chain(lambda: map_stage(abs), n) for n in (1, 2, 3))

    files = [code(stage).code.co_filename for stage in (oldest, *later)]

    assert [bool(linecache.getlines(file)) for file in files] == [False, True, True]
    assert code(oldest).code.co_filename not in files


# ---- tracebacks


def test_a_traceback_shows_the_generated_line_and_the_function() -> None:
    def interrupted(item: object) -> object:
        raise KeyboardInterrupt

    segment = segment_of(map_stage(abs) >> map_stage(interrupted), on=inline())
    kernel = chunk_kernel(segment, surroundings=HERE, recorder=None)

    with pytest.raises(KeyboardInterrupt) as raised:
        kernel([1], [0], None)

    linecache.checkcache()
    text = "".join(traceback.format_tb(raised.tb))
    assert "f1(x0)" in text
    assert "raise KeyboardInterrupt" in text


# ---- what users' functions raise


class Explosion(BaseException): ...


ENDINGS = [StopIteration, StopAsyncIteration, GeneratorExit, SystemExit, Explosion]


def raising(kind: type[BaseException]) -> Callable[[int], object]:
    def fn(item: int) -> object:
        if item == 1:
            raise kind
        return []

    return fn


def at_second_step(kind: type[BaseException]) -> Callable[[int], Iterator[object]]:
    class Steps:
        def __init__(self, item: int) -> None:
            self.item = item
            self.left = 2

        def __iter__(self) -> "Steps":
            return self

        def __next__(self) -> object:
            self.left -= 1
            if self.item == 1 and not self.left:
                raise kind
            if self.left < 0:
                raise StopIteration
            return emit(self.item)

    return Steps


@each_shape
@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize(
    "make",
    [
        map_stage,
        filter_stage,
        flat_map_stage,
        emit_stage,
        lambda fn: try_stage(lambda item: Success(fn(item))),
        lambda fn: route(case(fn) >> map_stage(abs), case(object).keep()),
        lambda fn: route_when(when(fn) >> map_stage(abs)).otherwise(map_stage(str)),
        lambda fn: route_when(by(fn)(1) >> map_stage(abs)).otherwise(map_stage(str)),
        lambda fn: scan_stage(None, lambda _, item: fn(item)),
        lambda fn: distinct(lambda item: (item, *fn(item))),
        lambda fn: scan_by(str, None, lambda _, item: fn(item)),
        lambda fn: group_by_key(lambda item: (item, *fn(item))),
        lambda fn: map_stage(abs) >> batch(1) >> map_stage(lambda held: fn(*held)),
    ],
    ids=[
        *("map", "filter", "flat_map", "emit", "try", "guard", "predicate", "key"),
        *("scan", "distinct", "scan_by", "group_by_key"),
        "after a batch",
    ],
)
def test_whatever_a_function_raises_fails_its_item_and_no_other(
    make: Callable[[object], Stage], kind: type[BaseException], shape: str
) -> None:
    stage = make(raising(kind))

    with_it = seen(stage, [0, 1, 2], shape).things
    without = seen(stage, [0, 2], shape).things

    (failure,) = [thing for thing in with_it if kind.__name__ in thing]
    assert failure.startswith("1 in ")
    assert tuple(thing for thing in with_it if thing is not failure) == without


@each_shape
@pytest.mark.parametrize("kind", ENDINGS[1:])
@pytest.mark.parametrize("make", [flat_map_stage, emit_stage])
def test_children_before_the_failure_are_delivered(
    make: Callable[[object], Stage], kind: type[BaseException], shape: str
) -> None:
    stage = make(at_second_step(kind)) >> map_stage(lambda item: str(item)[-2:])

    things = seen(stage, [0, 1, 2], shape).things

    failure = next(n for n, thing in enumerate(things) if kind.__name__ in thing)
    assert failure == 3
    assert len(things) == 6


@each_shape
def test_a_failing_child_does_not_end_its_siblings(shape: str) -> None:
    stage = flat_map_stage(lambda n: range(-n, n + 1)) >> map_stage(lambda n: 6 // n)

    things = seen(stage, [1, 2], shape).things

    assert [thing if " in 1: Zero" not in thing else "x" for thing in things] == [
        "-6", "x", "6", "-3", "-6", "x", "6", "3",
    ]  # fmt: skip


@each_shape
@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (try_stage(abs), "try_stage needs a Success or a Failure, but got int"),
        (emit_stage(lambda n: [n]), "emit_stage needs emit(...) or emit_to(...)"),
        (route(case(str).keep()), "no case of the route takes an item of type int"),
        (
            route_when(by(abs).of(2)(2).keep()).complete(),
            "no case of the route takes an item of type int",
        ),
    ],
)
def test_what_a_stage_cannot_use_fails_the_item_in_one_sentence(
    stage: Stage, told: str, shape: str
) -> None:
    (thing,) = seen(stage, [1], shape).things

    assert thing.startswith("0 in 0: TypeError: " + told)


@each_shape
def test_arms_of_one_key_ask_for_it_once_an_item(shape: str) -> None:
    asked: list[int] = []

    def key(item: int) -> int:
        asked.append(item)
        return item % 4

    keyed = by(key)
    choice = route_when(
        when(lambda item: item == 5).keep(),
        keyed(1).keep(),
        when(lambda item: item == 6).keep(),
        *(keyed(n).keep() for n in (2, 3)),
    ).otherwise(map_stage(abs))

    seen(choice, [4, 5, 6, 7], shape)

    assert asked == [4, 6, 7]


# ---- the size of what is written


def chain(make: Callable[[], Stage], n: int) -> Stage:
    stage = make()
    for _ in range(n - 1):
        stage = stage >> make()
    return stage


def one() -> Stage:
    return map_stage(abs)


def many() -> Stage:
    return flat_map_stage(range)


CHAINS = {
    "map": one,
    "filter": lambda: filter_stage(abs),
    "try": lambda: try_stage(abs),
    "flat_map": many,
    "emit": lambda: emit_stage(range),
    "recover": lambda: try_stage(abs).recover(abs),
    "recover many": lambda: emit_stage(range).recover(abs),
    "catch": lambda: catch(one()).recover(abs),
    "catch many": lambda: catch(many()).recover_with(many()),
    "attempt": lambda: attempt(many()) >> one(),
    "route": lambda: route(case(int) >> one(), case(str).keep()),
    "route that leaves": lambda: route(case(int) >> one(), case(str).leave()).recover(
        abs
    ),
    "route of many": lambda: route(case(int) >> many(), case(str) >> many()),
    "choice": lambda: route_when(when(abs) >> one(), by(abs)(1).keep()).otherwise(
        many()
    ),
    "broadcast": lambda: broadcast(one(), many()),
    "scan": lambda: scan_stage(0, add),
    "catch distinct": lambda: catch(distinct(abs)).recover(abs),
}


@each_shape
@pytest.mark.parametrize("make", CHAINS.values(), ids=CHAINS)
def test_a_chain_twice_as_long_is_at_most_twice_as_much_code(
    make: Callable[[], Stage], shape: str
) -> None:
    short, long = (len(lines(chain(make, n), shape)) for n in (8, 16))

    assert long <= 2 * short


NESTS = {
    "catch": lambda stage: catch(stage).recover(abs),
    "attempt": lambda stage: attempt(stage) >> one(),
    "route": lambda stage: route(case(int) >> stage, case(str).keep()),
    "broadcast": lambda stage: broadcast(stage, one()),
    "recover": lambda stage: (stage >> many()).recover(abs),
    "handler": lambda stage: leave().recover_with(stage),
}


@each_shape
@pytest.mark.parametrize("around", NESTS.values(), ids=NESTS)
def test_a_nest_twice_as_deep_is_at_most_about_twice_as_much_code(
    around: Callable[[Stage], Stage], shape: str
) -> None:
    def deep(n: int) -> Stage:
        stage = many()
        for _ in range(n):
            stage = around(stage)
        return stage

    short, long = (len(lines(deep(n), shape)) for n in (8, 16))

    assert long <= 2.5 * short


@each_shape
@pytest.mark.parametrize("make", CHAINS.values(), ids=CHAINS)
def test_a_chain_of_any_length_compiles(make: Callable[[], Stage], shape: str) -> None:
    assert code(chain(make, 30), shape).code
