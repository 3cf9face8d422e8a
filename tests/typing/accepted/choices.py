"""Choices by predicates and keys: what their arms take, give, let exit."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Never, assert_type

from typing_extensions import TypeIs

from fstream.combinators.choices import Choice
from fstream.combinators.choices import route_when
from fstream.combinators.predicates import By
from fstream.combinators.predicates import When
from fstream.combinators.predicates import WhenArm
from fstream.combinators.predicates import by
from fstream.combinators.predicates import when
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import identity
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Success


class Color(Enum):
    RED = 1
    GREEN = 2


@dataclass(frozen=True)
class Lamp:
    color: Color
    watts: int


@dataclass(frozen=True)
class Bad:
    why: str


def is_bright(lamp: Lamp) -> bool:
    return lamp.watts > 60


def color_of(lamp: Lamp) -> Color:
    return lamp.color


def size_of(lamp: Lamp) -> Literal["small", "big"]:
    return "big" if is_bright(lamp) else "small"


def watts(lamp: Lamp) -> int:
    return lamp.watts


def read(lamp: Lamp) -> Success[bytes] | Failure[Bad]:
    return Success(b"") if lamp.watts else Failure(Bad("dark"))


def is_text(item: int | str) -> TypeIs[str]:
    return isinstance(item, str)


def is_anything(item: object) -> bool:
    return bool(item)


def is_even(number: int) -> bool:
    return number % 2 == 0


lamps = source([Lamp(Color.RED, 40)])

# A head is no arm yet; what continues it makes one.
assert_type(when(is_bright), When[Lamp, Lamp])
assert_type(by(color_of), By[Lamp, Color])
assert_type(by(color_of)(Color.RED), When[Lamp, Lamp])
assert_type(by(color_of).of(*Color), By[Lamp, Color])
assert_type(by(size_of), By[Lamp, Literal["small", "big"]])
assert_type(by(size_of).of("small", "big")("big"), When[Lamp, Lamp])
assert_type(when(is_bright) >> map_stage(watts), WhenArm[Lamp, int])
assert_type(when(is_bright).via(map_stage(lambda lamp: lamp.watts)), WhenArm[Lamp, int])
assert_type(
    by(color_of)(Color.RED).via(map_stage(lambda lamp: lamp.watts)),
    WhenArm[Lamp, int],
)
assert_type(when(is_bright).keep(), WhenArm[Lamp, Lamp])
assert_type(when(is_bright).leave(), WhenArm[Lamp, Never, Lamp])
assert_type(when(is_bright) >> try_stage(read), WhenArm[Lamp, bytes, Bad])

# What a guard accepts is narrowed, and only there.
assert_type(when(is_text), When[int | str, str])
assert_type(
    route_when(when(is_text).via(map_stage(lambda text: text.encode()))),
    Choice[int | str, bytes],
)

# A choice is no stage before it is told what becomes of the rest.
bright = route_when(when(is_bright) >> map_stage(watts))
assert_type(bright, Choice[Lamp, int])
assert_type(bright.otherwise(identity(Lamp)), Stage[Lamp, int | Lamp])
assert_type(
    bright.otherwise(map_stage(lambda lamp: lamp.color)), Stage[Lamp, int | Color]
)
assert_type(bright.otherwise(try_stage(read)), Stage[Lamp, int | bytes, Bad])

colors = by(color_of).of(*Color)
every = route_when(
    colors(Color.RED) >> map_stage(watts),
    colors(Color.GREEN) >> try_stage(read),
).complete()
assert_type(every, Stage[Lamp, int | bytes, Bad])
assert_type(lamps >> every, Source[int | bytes, Bad])
assert_type(
    lamps.via(every).recover(lambda bad: bad.why).to(collect()),
    Plan[tuple[int | bytes | str, ...]],
)

# Predicates and keys stand side by side; the arms' exits unite.
mixed = route_when(
    when(is_bright).leave(),
    by(size_of)("small").via(map_stage(lambda lamp: lamp.watts / 2)),
    by(color_of)(Color.RED) >> try_stage(read),
).otherwise(map_stage(str))
assert_type(mixed, Stage[Lamp, float | bytes | str, Lamp | Bad])

# A predicate may know more than what comes.
assert_type(
    route_when(
        when(is_anything) >> map_stage(repr),
        when(is_even) >> map_stage(hex),
    ).otherwise(map_stage(float)),
    Stage[int, str | float],
)

eight = route_when(
    when(is_even).keep(),
    when(is_even) >> map_stage(str),
    when(is_even) >> map_stage(float),
    when(is_even) >> map_stage(hex),
    when(is_even) >> map_stage(bytes),
    when(is_even) >> map_stage(bool),
    when(is_even) >> map_stage(range),
    when(is_even) >> map_stage(complex),
)
assert_type(eight, Choice[int, int | str | float | bytes | bool | range | complex])
