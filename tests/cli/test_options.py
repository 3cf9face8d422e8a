"""Options say what was meant, or one sentence about what they could be."""

from argparse import ArgumentTypeError
from fractions import Fraction

import pytest

from fstream.cli.options import context_from
from fstream.cli.options import tolerance_from
from fstream.plan.contexts import Context
from fstream.plan.contexts import forks
from fstream.plan.contexts import inline
from fstream.plan.contexts import processes
from fstream.plan.contexts import threads

BAD_CONTEXTS = (
    *("", "Inline", "inline:2", "threads", "threads:", "threads:0", "threads:-1"),
    *("threads:two", "threads:1.5", "processes(2)", "processes: 2", "processes:٢"),
    *("process:2", "fork:2", "processes:2:3", "processes:12345678"),
)
BAD_TOLERANCES = (
    *("", "some", "-1", "0.5", "1e3", "%", "-1%", "101%", "100.1%", "1 %", "5%%"),
    *("1/0", "3/2", "1/-2", "/2", "1/", "1/2/3", "٢", "1_000", "9" * 19),
)


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("inline", inline()),
        ("threads:8", threads(8)),
        ("forks:3", forks(3)),
        ("processes:2", processes(2)),
    ],
)
def test_a_context_is_read(text: str, context: Context) -> None:
    assert context_from(text) == context


@pytest.mark.parametrize("text", BAD_CONTEXTS)
def test_a_text_that_is_no_context_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        context_from(text)

    assert str(refused.value) == (
        f"{text!r} is no context; write inline, threads:N, forks:N or"
        " processes:N with a whole number N of at least 1"
    )


@pytest.mark.parametrize(
    ("text", "tolerance"),
    [
        ("0", 0),
        ("1000", 1000),
        ("0%", Fraction(0)),
        ("1%", Fraction(1, 100)),
        ("0.25%", Fraction(1, 400)),
        ("100%", Fraction(1)),
        ("1/99", Fraction(1, 99)),
        ("2/2", Fraction(1)),
    ],
)
def test_a_tolerance_is_read_exactly(text: str, tolerance: int | Fraction) -> None:
    told = tolerance_from(text)

    assert told == tolerance
    assert type(told) is type(tolerance)


@pytest.mark.parametrize("text", BAD_TOLERANCES)
def test_a_text_that_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as refused:
        tolerance_from(text)

    assert str(refused.value) == (
        f"{text!r} is no tolerance; write a number of failures such as 20,"
        " or a share of the items such as 0.5% or 1/200, at most 100%"
    )
