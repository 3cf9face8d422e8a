"""Whatever was raised is told: the same everywhere, bounded, and no worse."""

import json
import os
import pickle
import subprocess
import sys
import traceback
import tracemalloc
import weakref
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.result.captured import Captured
from fstream.result.captured import Details
from fstream.result.captured import Glimpse
from fstream.result.captured import capture
from fstream.result.captured import glimpse
from fstream.result.captured import stage_failure
from fstream.result.errors import StageFailure
from fstream.result.record import OMITTED
from tests.result.awkward import AWKWARD
from tests.result.awkward import NASTY
from tests.result.awkward import PLAIN
from tests.result.awkward import TwoArguments
from tests.result.awkward import Value
from tests.result.awkward import cyclic
from tests.result.awkward import grouped

Fn = Callable[[object], object]

awkward = pytest.mark.parametrize("name", AWKWARD)
nasty = pytest.mark.parametrize("name", NASTY)
plain = pytest.mark.parametrize("name", PLAIN)


def kernel(fn: Fn, item: object = 7) -> Glimpse:
    try:
        fn(item)
    except BaseException as exc:
        return glimpse(exc, item)
    raise AssertionError


def failure(cause: Glimpse | Details) -> StageFailure:
    return stage_failure(
        cause,
        stage="parse",
        site="job.py:3",
        step="call",
        index=7,
        earlier=(),
        context="inline()",
        pid=1,
    )


def python_text(fn: Fn) -> str:
    """What Python prints, without the caller's frame and without markers."""
    try:
        fn(7)
    except BaseException as exc:
        trace = exc.__traceback__
        exc.__traceback__ = trace.tb_next if trace else None
        lines = "".join(traceback.format_exception(exc)).splitlines()
        is_syntax = isinstance(exc, SyntaxError)
    else:
        raise AssertionError
    if is_syntax:  # its own marker is no column marker
        return "".join(f"{x}\n" for x in lines if set(x.strip()) != {"~", "^"})
    return "".join(f"{x}\n" for x in lines if not x.strip(" |+~") or x.strip(" |+~^"))


def size(captured: Captured) -> int:
    return len(json.dumps(asdict(captured), ensure_ascii=False).encode())


@plain
def test_the_text_is_the_one_that_python_prints(name: str) -> None:
    told = kernel(PLAIN[name]).error

    assert told.traceback == python_text(PLAIN[name])


@awkward
def test_every_exception_is_told_in_a_bounded_record(name: str) -> None:
    told = kernel(AWKWARD[name]).error

    assert told.kind
    assert size(told) <= 256_000
    assert len(pickle.dumps(told)) <= 256_000
    assert len(told.traceback) <= 210_000
    told.traceback.encode()


@awkward
def test_the_record_is_the_same_on_both_sides_of_a_process(name: str) -> None:
    seen = kernel(AWKWARD[name])
    details = pickle.loads(pickle.dumps(seen.details()))

    assert details.error == kernel(AWKWARD[name]).error == seen.error
    assert details.item == seen.item
    assert failure(details) == failure(seen)
    assert str(failure(details)) == str(failure(seen))
    assert hash(failure(details)) == hash(failure(seen))


@awkward
def test_details_are_small(name: str) -> None:
    details = kernel(AWKWARD[name]).details()

    assert len(pickle.dumps(details)) <= 400_000


@awkward
def test_an_exception_that_comes_back_is_told_the_same(name: str) -> None:
    seen = kernel(AWKWARD[name])
    again = failure(seen.details()).exception()

    if again is not None:
        assert type(again) is type(seen.exc)
        told = capture(again)
        assert told.message == seen.error.message
        assert told.notes == seen.error.notes
        assert bool(told.cause) == bool(seen.error.cause)
        assert bool(told.context) == bool(seen.error.context)


@awkward
def test_frames_are_freed(name: str) -> None:
    class Big:
        pass

    big = Big()
    gone = weakref.ref(big)

    def inner(item: object, kept: object) -> None:
        AWKWARD[name](item)

    def fn(item: object) -> None:
        inner(item, sys._getframe(1).f_locals["holder"].pop())

    def run(holder: list[Big]) -> Glimpse:
        try:
            fn(7)
        except BaseException as exc:
            return glimpse(exc, 7)
        raise AssertionError

    holder = [big]
    del big
    seen = run(holder)

    assert gone() is None
    assert seen.item == "7"


@pytest.mark.parametrize(
    "name", ["classic", "keyword-only", "unpicklable", "prefixing", "local class"]
)
def test_what_cannot_be_proven_does_not_come_back(name: str) -> None:
    assert failure(kernel(AWKWARD[name]).details()).exception() is None


@pytest.mark.parametrize("name", ["value error", "key error", "grouped", "caused"])
def test_what_is_proven_comes_back_with_its_chain(name: str) -> None:
    seen = kernel(AWKWARD[name])
    again = failure(seen.details()).exception()

    assert again is not None
    assert repr(again) == repr(seen.exc)
    assert repr(again.__cause__) == repr(seen.exc.__cause__)
    assert repr(again.__context__) == repr(seen.exc.__context__)
    assert again.__suppress_context__ == seen.exc.__suppress_context__


def test_in_one_process_the_objects_themselves_come_back() -> None:
    item = object()
    seen = kernel(AWKWARD["classic"], item)

    assert failure(seen).value() is item
    assert isinstance(failure(seen).exception(), TwoArguments)


def test_a_failure_that_holds_objects_pickles_as_one_that_holds_bytes() -> None:
    here = failure(kernel(AWKWARD["value error"], [1, 2]))
    there = pickle.loads(pickle.dumps(here))

    assert there == here
    assert there.value() == [1, 2]
    assert repr(there.exception()) == "ValueError('plain')"


def test_group_leaves_notes_cause_and_context_are_told() -> None:
    told = kernel(grouped).error

    assert [leaf.kind for leaf in told.leaves] == ["ValueError", "ExceptionGroup"]
    assert told.leaves[1].leaves[0].message == "'k'"
    assert told.notes == ("a note\nof two lines",)
    assert told.cause is not None
    assert told.cause.kind == "FileNotFoundError"
    assert told.context is not None
    assert told.context.message == "context"


def test_a_cyclic_chain_is_told_once_round() -> None:
    told = kernel(cyclic).error

    assert told.cause is not None
    assert told.cause.message == "two"
    assert told.cause.context is None
    assert told.context is None


def test_a_long_chain_says_that_the_rest_is_left_out() -> None:
    link: Captured | None = kernel(AWKWARD["long chain"]).error
    links = []
    while link is not None:
        links.append(link)
        link = link.context

    assert len(links) == 22
    assert links[-1].message == "the rest of the chain is left out"


def test_a_recursion_keeps_its_ends() -> None:
    told = kernel(AWKWARD["recursion"]).error

    assert told.kind == "RecursionError"
    assert len(told.frames) == 101
    assert told.frames[50] == OMITTED
    assert "[...]" in told.traceback


@pytest.mark.parametrize(
    ("name", "code"), [("exit", 3), ("exit text", "text"), ("exit silent", None)]
)
def test_an_exit_tells_its_code(name: str, code: object) -> None:
    assert kernel(AWKWARD[name]).error.exit_code == code


@pytest.mark.parametrize("name", ["raising str", "recursing str", "exiting str"])
def test_a_message_that_cannot_be_printed_is_said_to_be(name: str) -> None:
    told = kernel(AWKWARD[name]).error

    assert told.message == "<unprintable>"
    assert told.frames[-1].name == "inner"


def test_a_class_is_known_by_its_names() -> None:
    told = kernel(AWKWARD["os error"]).error

    assert told.is_a("OSError")
    assert told.is_a("Exception")
    assert told.is_a("builtins.Exception")
    assert not told.is_a("ValueError")
    assert kernel(AWKWARD["classic"]).error.is_a("tests.result.awkward.TwoArguments")


def test_what_the_host_was_handling_is_no_part_of_the_record() -> None:
    alone = kernel(AWKWARD["during"]).error
    try:
        raise RuntimeError("the host's")
    except RuntimeError as host:
        handled = host
        seen = kernel(AWKWARD["during"])
        plain_seen = kernel(AWKWARD["value error"])
        assert handled.__traceback__ is not None

    assert seen.error.headline == alone.headline
    assert "the host's" not in seen.error.traceback
    assert plain_seen.error.context is None
    assert plain_seen.exc.__context__ is None


def test_an_exception_raised_twice_is_told_each_time_from_its_place() -> None:
    single = ValueError("single")

    def fn(item: object) -> None:
        raise single

    first, second = kernel(fn), kernel(fn)

    assert first.error == second.error
    assert len(second.error.frames) == 1


def test_a_failure_without_python_frames_reads_well() -> None:
    text = str(failure(kernel(int, "x")))

    assert text.splitlines() == [
        "stage 'parse' (job.py:3) failed at the call of item 7, 'x': "
        "ValueError: invalid literal for int() with base 10: 'x'",
        "in inline(), pid 1, attempt 1, effects complete",
        "ValueError: invalid literal for int() with base 10: 'x'",
    ]


def test_huge_arguments_are_not_formatted_whole() -> None:
    def fn(item: object) -> None:
        raise ValueError(item)

    item = ["x" * 10**6] * 200
    tracemalloc.start()
    try:
        kernel(fn, item).details()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000


class RaisingRepr:
    def __repr__(self) -> str:
        raise SystemExit

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __bool__(self) -> bool:
        raise RuntimeError("no truth")

    __eq__ = __len__ = __hash__ = __bool__  # type: ignore[assignment]


class Plain:
    pass


def test_an_item_that_cannot_be_printed_is_said_to_be() -> None:
    assert kernel(AWKWARD["value error"], RaisingRepr()).item == "<unprintable>"
    assert kernel(AWKWARD["value error"], [RaisingRepr()]).item == "<unprintable>"
    assert kernel(AWKWARD["value error"], [Value()]).details().item


def nested(depth: int) -> list[object]:
    inside: list[object] = []
    for _ in range(depth):
        inside = [inside]
    return inside


def cycle() -> dict[str, object]:
    item: dict[str, object] = {}
    item["me"] = item
    return item


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (Plain(), "<tests.result.test_captured.Plain object>"),
        ([Plain], "[<class 'tests.result.test_captured.Plain'>]"),
        ({"b", "a"}, "{'a', 'b'}"),
        (frozenset({2}), "frozenset({2})"),
        (set(), "set()"),
        ((1,), "(1,)"),
        (cycle(), "{'me': {...}}"),
        (10**5000, "<whole number of 16610 bits>"),
        (True, "True"),
        (None, "None"),
        (nested(10_000), "[" * 21 + "[...]" + "]" * 21),
        (1.5, "1.5"),
        (Exception("as a value"), "Exception('as a value')"),
    ],
    ids=lambda value: value[:9] if isinstance(value, str) else type(value).__name__,
)
def test_an_item_is_shown_guarded_and_the_same_everywhere(
    item: object, text: str
) -> None:
    assert kernel(AWKWARD["value error"], item).item == text


@pytest.mark.parametrize(
    "item",
    ["x" * 10**8, b"x" * 10**8, list(range(10**6)), dict.fromkeys(range(10**6))],
    ids=["str", "bytes", "list", "dict"],
)
def test_a_huge_item_is_shown_in_part(item: object) -> None:
    details = kernel(AWKWARD["value error"], item).details()

    assert len(details.item) == 1_000
    assert details.item.endswith("...")
    assert details.value_bytes is None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.integers(-(10**400), 10**400),
    lambda inner: (
        st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner)
    ),
    max_leaves=30,
)


@given(values)
def test_an_item_is_shown_as_python_shows_it_while_it_is_short(item: object) -> None:
    told = kernel(AWKWARD["value error"], item).item

    assert len(told.encode()) <= 1_000
    if len(repr(item).encode()) < 900:
        assert told == repr(item)


@given(values)
def test_an_item_comes_back_from_another_process(item: object) -> None:
    details = kernel(AWKWARD["value error"], item).details()

    assert repr(failure(details).value()) == repr(item)


@given(values | st.sets(st.text()), st.text())
def test_any_arguments_are_told_as_python_tells_them(item: object, note: str) -> None:
    exc = LookupError(item)
    exc.add_note(note)

    def fn(_: object) -> None:
        raise exc

    seen = kernel(fn)
    told = pickle.loads(pickle.dumps(seen.details())).error

    assert told == seen.error
    if len(repr(item)) < 2_000:
        assert told.message == str(exc).encode("utf-8", "backslashreplace").decode()


@pytest.mark.skipif(
    sys.gettrace() is not None, reason="the tracer of coverage cannot bear such a file"
)
def test_a_file_that_cannot_be_one_is_named_all_the_same() -> None:
    def fn(item: object) -> None:
        raise ValueError(item)

    fn.__code__ = fn.__code__.replace(co_filename="a\0b", co_firstlineno=1)

    assert 'File "a\0b", line 2, in fn\n' in kernel(fn).error.traceback


def test_a_very_long_text_keeps_its_ends() -> None:
    told = kernel(AWKWARD["value error"]).error
    long = replace(told, context=replace(told, message="x" * 10**6))

    assert len(long.traceback) < 210_000
    assert long.traceback.startswith("Traceback (most recent call last):\n")
    assert long.traceback.endswith("ValueError: plain\n")


def test_when_telling_fails_the_class_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(exc: BaseException) -> str:
        raise MemoryError

    monkeypatch.setattr("fstream.result.capture.message_of", broken)
    told = kernel(AWKWARD["grouped"]).error

    assert told == Captured(kind="ExceptionGroup", mro=(), message="<unprintable>")


def test_the_same_is_told_with_another_hash_seed() -> None:
    script = (
        "import pickle, sys\n"
        "from tests.result.test_captured import AWKWARD, kernel\n"
        "item = {'a', 'b', 'c', 'd'}\n"
        "told = [kernel(AWKWARD[n], item).details() for n in sys.argv[1:]]\n"
        "sys.stdout.buffer.write(pickle.dumps([(x.item, x.error) for x in told]))\n"
    )
    names = [name for name in AWKWARD if not name.startswith("huge")]
    path = os.pathsep.join(sys.path)
    made = subprocess.run(
        [sys.executable, "-c", script, *names],
        capture_output=True,
        check=True,
        env={
            **os.environ,
            "PYTHONHASHSEED": "7",
            "PYTHONPATH": path,
        },
    )
    there = pickle.loads(made.stdout)

    for name, (item, error) in zip(names, there, strict=True):
        here = kernel(AWKWARD[name], {"a", "b", "c", "d"})
        assert item == here.item
        assert error == here.error
        assert error.traceback == here.error.traceback
