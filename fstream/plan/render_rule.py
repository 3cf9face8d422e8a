"""The text of what stateful stages do, and of values in plans."""

from reprlib import Repr
from typing import assert_never

from fstream.plan.labels import function_name
from fstream.plan.rules import Distinct
from fstream.plan.rules import Drop
from fstream.plan.rules import GroupBy
from fstream.plan.rules import LimitRate
from fstream.plan.rules import Rule
from fstream.plan.rules import Scan
from fstream.plan.rules import ScanBy
from fstream.plan.rules import Take
from fstream.plan.rules import TakeWhile


def render_rule(rule: Rule) -> str:
    """Write ``rule`` as the call that makes it."""
    match rule:
        case Scan(init, fn):
            return f"scan_stage({bounded(init)}, {function_name(fn)})"
        case ScanBy(key, init, fn):
            by, state = function_name(key), bounded(init)
            return f"scan_by({by}, {state}, {function_name(fn)})"
        case Take(n):
            return f"take({n})"
        case TakeWhile(fn):
            return f"take_while({function_name(fn)})"
        case Drop(n):
            return f"drop({n})"
        case Distinct(key):
            return f"distinct({'' if key is None else function_name(key)})"
        case GroupBy(key, size):
            return f"group_by_key({function_name(key)}, {size})"
        case LimitRate(per_second):
            return f"limit_rate({per_second!r})"
        case _:
            assert_never(rule)


def bounded(value: object) -> str:
    """Write ``value``, but not at length."""
    return _bounded.repr(value)


_bounded = Repr()
_bounded.maxother = _bounded.maxstring = 60
