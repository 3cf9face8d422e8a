"""Narrowing: what follows a guard knows what the guard lets through."""

from typing import assert_type

from typing_extensions import TypeIs

from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.combinators.stages import narrow_stage
from fstream.plan.care import Retry
from fstream.plan.contexts import processes
from fstream.plan.typed import Plan
from fstream.plan.typed import Source
from fstream.plan.typed import Stage


def is_text(item: int | str | None) -> TypeIs[str]:
    return isinstance(item, str)


def is_there(item: int | str | None) -> TypeIs[int | str]:
    return item is not None


def drawn() -> list[int | str | None]:
    return [1, "b", None]


mixed = source(drawn())
texts = narrow_stage(is_text)
assert_type(texts, Stage[int | str | None, str])
assert_type(mixed >> texts, Source[str])
assert_type(
    mixed.via(narrow_stage(is_text)).via(map_stage(lambda text: text.upper())),
    Source[str],
)
assert_type(
    (mixed >> narrow_stage(is_there)).to(collect()), Plan[tuple[int | str, ...]]
)

# Narrowing once more: a guard may be asked about less than it could take.
assert_type(mixed >> narrow_stage(is_there) >> narrow_stage(is_text), Source[str])

told = narrow_stage(is_text, on=processes(2), name="texts", retry=Retry(2), timeout=1.0)
assert_type(told, Stage[int | str | None, str])
