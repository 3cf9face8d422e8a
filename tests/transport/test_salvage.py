"""Of a pickle that does not load as a whole, all that can be loaded is saved."""

import pickle
from collections import OrderedDict
from collections import defaultdict
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Never, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fstream.transport.codec import encode
from fstream.transport.salvage import Salvage
from fstream.transport.salvage import salvage

RAN: list[object] = []


class Colour(Enum):
    RED = 1


@dataclass
class Plain:
    value: object


@dataclass(slots=True)
class Slotted:
    value: object


@dataclass(frozen=True, slots=True)
class Frozen:
    value: object


class Grown(list[object]):
    label = ""


class Mapped(dict[object, object]):
    pass


class Named:
    def __new__(cls, *, value: object) -> Self:
        made = super().__new__(cls)
        made.value = value
        return made

    value: object

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, object]]:
        return (), {"value": self.value}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and other.value == self.value

    def __hash__(self) -> int:
        return 1


class Buffered:
    def __init__(self, memory: object) -> None:
        self.memory = memoryview(memory)  # type: ignore[arg-type]

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return Buffered, (pickle.PickleBuffer(self.memory),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Buffered) and other.memory == self.memory

    def __hash__(self) -> int:
        return 1


class Refusing:
    """Pickles, and raises what it holds when it is loaded."""

    def __init__(self, exc: BaseException) -> None:
        self.exc = exc

    def __reduce__(self) -> tuple[object, ...]:
        return refuse, (self.exc,)


def refuse(exc: BaseException) -> Never:
    raise exc


class RefusingState:
    def __init__(self, value: object = None) -> None:
        self.value = value

    def __getstate__(self) -> object:
        return {"value": self.value}

    def __setstate__(self, state: object) -> None:
        raise LookupError("no state")


class Key:
    pass


def no_hash(key: object) -> Never:
    raise LookupError("no hash")


class Curious:
    """Notes what it is given when it is loaded."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __reduce__(self) -> tuple[object, ...]:
        return curious, (self.value,)


def curious(value: object) -> Curious:
    RAN.append(value)
    return Curious(value)


class Missing:
    pass


def saved(value: object) -> Salvage:
    payload = encode(value)
    return salvage(payload.body, payload.buffers)


def spoilt_in(items: list[object]) -> list[int]:
    """The numbers of ``items`` that are not saved."""
    found = saved(items)
    assert isinstance(found.value, list)
    assert len(found.value) == len(items)
    return [n for n, part in enumerate(found.value) if found.cause_of(part) is not None]


hashables = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.just(Colour.RED)
    | st.builds(Fraction, st.integers(), st.integers(1))
    | st.builds(PurePosixPath, st.just("a/b")),
    lambda inner: (
        st.tuples(inner)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner, inner)
        | st.frozensets(inner)
        | st.builds(Frozen, inner)
    ),
    max_leaves=5,
)
values = st.recursive(
    hashables,
    lambda inner: (
        st.lists(inner)
        | st.sets(hashables)
        | st.dictionaries(hashables, inner)
        | st.builds(deque, st.lists(inner))
        | st.builds(Grown, st.lists(inner))
        | st.builds(Mapped, st.dictionaries(hashables, inner))
        | st.builds(OrderedDict, st.dictionaries(hashables, inner))
        | st.builds(Plain, inner)
        | st.builds(Slotted, inner)
        | st.builds(lambda value: Named(value=value), inner)
        | st.builds(Buffered, st.binary() | st.builds(bytearray, st.binary()))
    ),
    max_leaves=10,
)


@given(values)
def test_what_loads_is_loaded_as_pickle_does(value: object) -> None:
    found = saved(value)

    assert found.value == value
    assert type(found.value) is type(value)
    assert found.cause_of(found.value) is None


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 2, tzinfo=UTC),
        Decimal("1.5"),
        defaultdict(list, {1: [2]}),
        b"x" * 300,
        "x" * 300,
        1 << 5000,
        bytearray(b"x" * 300),
        Buffered(bytearray(b"x" * 100_000)),
        Buffered(b"x" * 100_000),
        pickle.PickleBuffer(b"x" * 100_000),
        [(1, 2)] * 3,
    ],
    ids=lambda value: type(value).__name__,
)
def test_things_of_the_library_are_loaded_as_pickle_does(value: object) -> None:
    payload = encode(value)
    expected = pickle.loads(payload.body, buffers=payload.buffers)

    assert salvage(payload.body, payload.buffers).value == expected


def test_what_is_shared_stays_shared_and_cycles_stay_cycles() -> None:
    shared = [1]
    cycle: list[object] = [shared, Plain(shared)]
    cycle.append(cycle)

    found = saved(cycle).value
    assert isinstance(found, list)
    assert found[0] is found[1].value
    assert found[2] is found


HOLDERS: dict[str, Callable[[object], object]] = {
    "itself": lambda inner: inner,
    "list": lambda inner: [1, inner],
    "tuple": lambda inner: (inner,),
    "long tuple": lambda inner: (1, 2, 3, inner),
    "value": lambda inner: {"key": inner},
    "key": lambda inner: {inner: "value"},
    "set": lambda inner: {inner},
    "frozen set": lambda inner: frozenset({inner}),
    "plain": Plain,
    "slotted": Slotted,
    "grown": lambda inner: Grown([1, inner]),
    "mapped": lambda inner: Mapped({"key": inner}),
    "named": lambda inner: Named(value=inner),
    "deep": lambda inner: [({"key": [Plain(inner)]},)],
}


@pytest.mark.parametrize("refusing", [Refusing(KeyError("no")), RefusingState(3)])
@pytest.mark.parametrize("name", HOLDERS)
def test_what_holds_something_spoilt_is_spoilt_and_nothing_else(
    name: str, refusing: object
) -> None:
    assert spoilt_in([Plain(1), HOLDERS[name](refusing), Plain(2), "x"]) == [1]


def test_the_cause_is_the_exception_that_was_raised() -> None:
    found = saved([1, [Refusing(KeyError("first"))], Refusing(SystemExit(3))])

    assert isinstance(found.value, list)
    causes = [found.cause_of(part) for part in found.value]
    assert repr(causes) == "[None, KeyError('first'), SystemExit(3)]"


def test_what_is_spoilt_is_spoilt_for_all_that_refer_to_it() -> None:
    shared = Plain(RefusingState())

    assert spoilt_in([[shared], 5, {"again": shared}, shared.value]) == [0, 2, 3]


def test_what_is_spoilt_late_spoils_what_already_refers_to_it() -> None:
    inner: list[object] = []
    outer = Plain(inner)
    inner += [outer, Refusing(KeyError())]

    assert spoilt_in([[outer], 5, [inner]]) == [0, 2]


def test_users_code_is_never_given_what_is_spoilt() -> None:
    RAN.clear()

    assert spoilt_in([Curious(1), Curious([Refusing(KeyError())]), Curious(2)]) == [1]
    assert RAN == [1, 2]


def test_a_class_that_is_not_to_be_found_spoils_its_instances(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payload = encode([1, Missing(), 2, [Missing]])
    monkeypatch.delattr(f"{__name__}.Missing")

    found = salvage(payload.body)
    assert isinstance(found.value, list)
    causes = [found.cause_of(part) for part in found.value]
    assert [type(cause) for cause in causes] == [
        *(type(None), AttributeError),
        *(type(None), AttributeError),
    ]


@pytest.mark.parametrize(
    "holder", [{Key(): 1}, {Key()}, frozenset({Key()}), Mapped({Key(): 1})]
)
def test_a_key_without_a_hash_spoils_what_it_is_to_be_in(
    holder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = encode([1, holder, Key()])
    monkeypatch.setattr(Key, "__hash__", no_hash)

    found = salvage(payload.body)
    assert isinstance(found.value, list)
    causes = [found.cause_of(part) for part in found.value]
    assert [type(cause) for cause in causes] == [
        *(type(None), LookupError, type(None)),
    ]


def test_what_shall_go_through_is_raised() -> None:
    payload = encode([Refusing(KeyboardInterrupt())])

    with pytest.raises(KeyboardInterrupt):
        salvage(payload.body, through=(KeyboardInterrupt,))


@pytest.mark.parametrize("body", [b"", b"\x80\x05]", b"(i__main__\nx\n.", b"\xff."])
def test_what_is_no_pickle_of_ours_cannot_be_saved(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"unknown|exhausted|opcode"):
        salvage(body)
