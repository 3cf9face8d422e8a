"""Settings that every test file shares."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings

from tests.leaks import left_behind
from tests.leaks import traces

UNMEASURED = {"cases", "laws", "test_endings.py", "test_errors_agree.py"}
"""Folders and files whose tests make many processes for what others measure, too."""

settings.register_profile(
    "ci",
    deadline=None,  # two busy cores: time is judged by the benchmarks alone
    derandomize=False,  # each run looks at new examples
    print_blob=True,  # and says how to see a failing one again
    suppress_health_check=[HealthCheck.too_slow],  # a draw may start processes
)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Mark what is not measured, and leave out of it what is another run's part."""
    for item in items:
        if UNMEASURED & {*item.path.parts}:
            item.add_marker("unmeasured")
    part, parts = map(int, config.getoption("--share").split("/"))
    shared = [item for item in items if _is_shared(item)]
    others = {item for n, item in enumerate(shared) if n % parts != part - 1}
    config.hook.pytest_deselected(items=[*others])
    items[:] = [item for item in items if item not in others]


def _is_shared(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("faults", "unmeasured"))


@pytest.fixture(autouse=True)
def no_leak(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test of the contexts that leaves something of the machine behind."""
    if not {"cases", "contexts", "laws"} & {*request.path.parts}:
        yield
        return
    before = traces()
    yield
    left = left_behind(before)
    if left:
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)
