"""Routes: what their cases take, give, let exit."""

from dataclasses import dataclass
from typing import Never, assert_type

from typing_extensions import TypeIs

from fstream.combinators.cases import Case
from fstream.combinators.cases import CaseHead
from fstream.combinators.cases import case
from fstream.combinators.cases import case_port
from fstream.combinators.emission import leave
from fstream.combinators.emission import to_port
from fstream.combinators.routes import route
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import filter_stage
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import try_stage
from fstream.plan.ports import Port
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.outcome import Failure
from fstream.result.outcome import Success


@dataclass(frozen=True)
class Circle:
    radius: float


@dataclass(frozen=True)
class Square:
    side: float


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Bad:
    why: str


Shape = Circle | Square | Text


class Rejected(Port[Text]): ...


class Audited(Port[Circle]): ...


def area(circle: Circle) -> float:
    return circle.radius * circle.radius * 3


def side(square: Square) -> int:
    return int(square.side)


def read(text: Text) -> Success[bytes] | Failure[Bad]:
    return Success(b"") if text.text else Failure(Bad("empty"))


def is_round(shape: Shape) -> TypeIs[Circle]:
    return isinstance(shape, Circle)


shapes: Source[Shape] = source([Circle(1), Square(2), Text("x")])

# A head is no arm yet; what continues it makes one.
assert_type(case(Circle), CaseHead[Circle, Circle])
assert_type(case(Circle, Square), CaseHead[Circle | Square, Circle | Square])
assert_type(case(is_round), CaseHead[Circle, Circle])
assert_type(case_port(Rejected), CaseHead[Rejected, Text])
assert_type(case(Circle) >> map_stage(area), Case[Circle, float])
assert_type(case(Circle).via(map_stage(lambda c: c.radius)), Case[Circle, float])
assert_type(case(Circle).keep(), Case[Circle, Circle])
assert_type(case(Circle).leave(), Case[Circle, Never, Circle])
assert_type(case_port(Rejected).keep(), Case[Rejected, Text])
assert_type(case_port(Rejected).leave(), Case[Rejected, Never, Rejected])
assert_type(case_port(Audited) >> map_stage(area), Case[Audited, float])

# The input is the union of the cases, output and exits likewise.
measured = route(case(Circle) >> map_stage(area), case(Square) >> map_stage(side))
assert_type(measured, Stage[Circle | Square, float | int])
everything = route(
    case(Circle) >> map_stage(area),
    case(Square) >> map_stage(side),
    case(Text) >> try_stage(read),
)
assert_type(everything, Stage[Circle | Square | Text, float | int | bytes, Bad])
assert_type(shapes >> everything, Source[float | int | bytes, Bad])
assert_type(
    shapes.via(route(case(is_round).keep(), case(Square, Text).leave())),
    Source[Circle, Square | Text],
)
assert_type(
    shapes.via(
        route(
            case(Circle).via(map_stage(lambda circle: circle.radius)),
            case(Square).via(map_stage(lambda square: str(square.side))),
            case(Text).via(filter_stage(lambda text: text.text != "")),
        )
    ),
    Source[float | str | Text],
)
assert_type(source([Circle(1)]) >> measured, Source[float | int])

# Messages are routed by their port.
sent = shapes >> route(
    case(Circle) >> to_port(Audited),
    case(Text) >> to_port(Rejected),
    case(Square) >> map_stage(side),
)
assert_type(sent, Source[int, Audited | Rejected])
handled = sent.recover_with(
    route(case_port(Audited) >> map_stage(area), case_port(Rejected).leave())
)
assert_type(handled, Source[int | float, Rejected])
assert_type(
    handled.to(collect()).divert_to(collect()),
    Plan[tuple[tuple[int | float, ...], tuple[Rejected, ...]]],
)
assert_type(
    handled.recover_with(
        route(case_port(Rejected).via(map_stage(lambda text: text.text)))
    ),
    Source[int | float | str],
)
assert_type(
    shapes.via(route(case(Circle).keep(), case(Square, Text).via(leave()))),
    Source[Circle, Square | Text],
)

# Eight cases.
assert_type(
    route(
        case(bool).keep(),
        case(int).keep(),
        case(float).keep(),
        case(str).keep(),
        case(bytes).keep(),
        case(Circle).keep(),
        case(Square).keep(),
        case(Text) >> try_stage(read),
    ),
    Stage[
        bool | int | float | str | bytes | Circle | Square | Text,
        bool | int | float | str | bytes | Circle | Square | bytes,
        Bad,
    ],
)
