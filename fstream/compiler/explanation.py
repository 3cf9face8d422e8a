"""Explanations: what would run where, as users read it."""

from typing import final

from fstream.result.value import named_value


@final
@named_value
class Explanation:
    """What a run would do; ``reasons`` is empty where the plan is valid.

    >>> from fstream import collect, explain, source
    >>> explain(source([1]).to(collect())).reasons
    ()
    """

    lines: tuple[str, ...]
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """The program, a line a segment, and the reasons against it."""
        return "\n".join((*self.lines, *(f"invalid: {why}" for why in self.reasons)))
