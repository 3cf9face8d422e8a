"""The rounds of a soak: what is drawn for each of them."""

import random
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from fstream import Context
from fstream import Stage
from fstream import attempt
from fstream import batch
from fstream import case_port
from fstream import catch
from fstream import emit_stage
from fstream import forks
from fstream import inline
from fstream import map_stage
from fstream import processes
from fstream import route
from fstream import threads
from tests.soak.work import Fault
from tests.soak.work import First
from tests.soak.work import Item
from tests.soak.work import Probe
from tests.soak.work import Second
from tests.soak.work import Third
from tests.soak.work import same
from tests.soak.work import three_ways

Consumer: TypeAlias = Literal["stream", "run", "closing stream"]
Delivery: TypeAlias = Literal["rerun", "at_most_once"]

Shape: TypeAlias = Literal[
    "fused", "pools", "apart", "routed", "batches", "attempted", "caught"
]

TIMEOUT = 1.0
SHARE_ONCE = 0.3
FEW = 3


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run, with all that happens to it."""

    seed: str
    shape: Shape
    contexts: tuple[Context, Context]
    count: int
    group: int
    weight: int
    faults: Mapping[int, Fault]
    consumer: Consumer
    closes_after: int
    pauses: float
    delivery: Delivery
    pause: float

    @property
    def units(self) -> int:
        """How many outcomes there are to be: one an item, or one a batch."""
        return self.count // self.group

    @property
    def is_killable(self) -> bool:
        """Whether there are workers that can be shot at."""
        return any(is_remote(context) for context in self.contexts)

    def items(self) -> Iterator[Item]:
        """The source."""
        for number in range(self.count):
            yield Item(number, payload=bytes([number % 256]) * self.weight)

    def marks(self, unit: int) -> tuple[str, ...]:
        """What the stages leave on an item."""
        match self.shape:
            case "routed":
                return (("one", "two", "three")[unit % 3],)
            case "batches" | "caught":
                return ("one",)
            case _:
                return ("one", "two")

    def __str__(self) -> str:
        a, b = self.contexts
        return (
            f"{self.shape} in {a} and {b}, {self.count} items of {self.weight} bytes, "
            f"{self.consumer}, {self.delivery}, a shot each {self.pause:.2f} s"
        )


def is_remote(context: Context) -> bool:
    """Whether the workers of ``context`` are processes."""
    return not isinstance(context, type(threads(1)) | type(inline()))


def drawn(seed: str, pause: float) -> Round:
    """Draw a round."""
    rng = random.Random(seed)
    contexts = (_context(rng), _context(rng))
    shape = rng.choice([*SHAPES])
    weight = rng.choice((0, 0, 10, 1000, 50_000))
    group = rng.randint(2, 20) if shape == "batches" else 1
    remote = all(map(is_remote, contexts))
    # A copy takes its time, and what it spoils may be its parent's.
    copies = any(isinstance(context, type(forks(1))) for context in contexts)
    delivery: Delivery = "rerun"
    if remote and rng.random() < SHARE_ONCE:
        delivery = "at_most_once"
    is_slow = weight > 1000 or copies or delivery == "at_most_once"
    most = 200 if is_slow else 3000
    units = max(1, int(rng.randint(50, most) / group))
    return Round(
        seed=seed,
        shape=shape,
        contexts=contexts,
        count=units * group,
        group=group,
        weight=weight,
        faults=_faults(rng, units, remote=remote, copies=copies),
        consumer=rng.choice(("stream", "stream", "run", "closing stream")),
        closes_after=rng.randrange(units),
        pauses=rng.choice((0.0, 0.0, 0.01, 0.1)),
        delivery=delivery,
        pause=pause * rng.choice((0.5, 1, 2)),
    )


def _context(rng: random.Random) -> Context:
    makers: list[Callable[[int], Context]] = [processes] * 3 + [forks] * 2 + [threads]
    return rng.choice(makers)(rng.randint(1, 3))


def _faults(
    rng: random.Random, units: int, *, remote: bool, copies: bool
) -> dict[int, Fault]:
    faults: dict[int, Fault] = {}
    kinds: list[Fault] = ["raise"] * 6 + ["wait"] * 3
    if remote:
        kinds += ["kill", "exit", "garbage", "hang"]
    if copies:
        kinds = [kind for kind in kinds if kind != "garbage"]
    for _ in range(min(units // 10, rng.randrange(2 * FEW * len(kinds)))):
        faults[rng.randrange(units)] = rng.choice(kinds)
    hanging = [unit for unit, fault in faults.items() if fault == "hang"]
    for unit in hanging[FEW:]:  # each of them takes its time
        del faults[unit]
    return faults


# ---- stages


def stage_of(drawn: Round, folder: str) -> Stage[Item, object, object]:
    """Build the stage of a round, whose probes note in ``folder``."""

    def probed(name: str, on: Context) -> Stage[Item, object]:
        first = name == "one" or drawn.shape == "routed"
        probe = Probe(
            stage=name,
            folder=folder,
            faults=drawn.faults if first else {},
            group=drawn.group,
        )
        limit = TIMEOUT if is_remote(on) else None
        return map_stage(
            probe, on=on, name=name, timeout=limit, delivery=drawn.delivery
        )

    stage = SHAPES[drawn.shape](probed, *drawn.contexts)
    return batch(drawn.group) >> stage if drawn.shape == "batches" else stage


Probed: TypeAlias = Callable[[str, Context], Stage[Item, object]]


def _fused(probed: Probed, a: Context, _: Context) -> Stage[Item, object]:
    return probed("one", a) >> probed("two", a)


def _pools(probed: Probed, a: Context, b: Context) -> Stage[Item, object]:
    return probed("one", a) >> probed("two", b)


def _apart(probed: Probed, a: Context, _: Context) -> Stage[Item, object]:
    return probed("one", a) >> map_stage(same, on=inline()) >> probed("two", a)


def _routed(probed: Probed, a: Context, b: Context) -> Stage[Item, object]:
    return emit_stage(three_ways, on=inline()).recover_with(
        route(
            case_port(First).via(probed("one", a)),
            case_port(Second).via(probed("two", b)),
            case_port(Third).via(probed("three", a)),
        )
    )


def _alone(probed: Probed, a: Context, _: Context) -> Stage[Item, object]:
    return probed("one", a)


def _attempted(probed: Probed, a: Context, b: Context) -> Stage[Item, object]:
    return attempt(probed("one", a) >> probed("two", b))


def _caught(probed: Probed, a: Context, _: Context) -> Stage[Item, object]:
    return catch(probed("one", a)).recover(same)


SHAPES: Mapping[Shape, Callable[[Probed, Context, Context], Stage[Item, object]]] = {
    "fused": _fused,
    "pools": _pools,
    "apart": _apart,
    "routed": _routed,
    "batches": _alone,
    "attempted": _attempted,
    "caught": _caught,
}
