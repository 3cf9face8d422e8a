"""The table of figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields
from statistics import median
from typing import Literal, TypeAlias, final

from benchmarks.measure import Times

Met: TypeAlias = Literal["yes", "no", "-"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table, as text; ``note`` is printed below it."""

    id: str
    workload: str
    limit: str
    peer: str
    fstream: str
    ratio: str
    goal: str
    met: Met
    note: str = ""


def ratio_row(
    case: str, workload: str, *, times: Times, goal: float, note: str = ""
) -> Row:
    """Judge ``fstream`` by the contender ``limit``; everyone else is a peer."""
    ratio = times.ratio("fstream", to="limit")
    return Row(
        id=case,
        workload=workload,
        limit=milliseconds(times.median_ns("limit")),
        peer=_peers(times),
        fstream=milliseconds(times.median_ns("fstream")),
        ratio=f"{ratio:.2f} (min {times.least_ratio('fstream', to='limit'):.2f})",
        goal=f"{goal:g}",
        met=verdict(ratio, at_most=goal),
        note=note,
    )


def bound_row(
    case: str,
    workload: str,
    milliseconds_each: Sequence[float],
    *,
    goal: float,
    worst: float | None = None,
) -> Row:
    """Judge times by their median, and by their maximum where ``worst`` is set."""
    middle, most = median(milliseconds_each), max(milliseconds_each)
    is_met = middle <= goal and (worst is None or most <= worst)
    return Row(
        id=case,
        workload=workload,
        limit="-",
        peer="-",
        fstream=f"{middle:.3g} ms (worst {most:.3g})",
        ratio="-",
        goal=f"<= {goal:g} ms" + ("" if worst is None else f", worst {worst:g}"),
        met="yes" if is_met else "no",
    )


def absent(case: str, workload: str, reason: str) -> Row:
    """Say why a case was not run."""
    return Row(
        id=case,
        workload=workload,
        limit="-",
        peer="-",
        fstream="-",
        ratio="-",
        goal="-",
        met="-",
        note=reason,
    )


def verdict(figure: float, *, at_most: float) -> Met:
    """Tell whether the goal is met."""
    return "yes" if figure <= at_most else "no"


def milliseconds(ns: float) -> str:
    """Write a time for people.

    >>> milliseconds(1_234_567)
    '1.23 ms'
    """
    return f"{ns / 1e6:.3g} ms" if ns < 1e9 else f"{ns / 1e6:.0f} ms"


def render(rows: Sequence[Row]) -> str:
    """Lay ``rows`` out as a Markdown table with its notes below.

    The columns are padded, so that it reads well in a terminal too.
    """
    names = [each.name for each in fields(Row) if each.name != "note"]
    heads = ["met?" if name == "met" else name for name in names]
    lines = [heads, *([str(getattr(row, name)) for name in names] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(names))]
    ruler = ["-" * width for width in widths]
    body = [_line(cells, widths) for cells in [heads, ruler, *lines[1:]]]
    notes = [f"* {row.id}: {row.note}" for row in rows if row.note]
    return "\n".join([*body, "", *notes] if notes else body)


def _peers(times: Times) -> str:
    names = [name for name in times.rounds if name not in {"limit", "fstream"}]
    found = [f"{name} {times.ratio(name, to='limit'):.2f}" for name in names]
    return ", ".join(found) or "-"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
