"""Settings that every test file shares."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings

from tests.leaks import left_behind
from tests.leaks import traces

settings.register_profile(
    "ci",
    deadline=None,  # two busy cores: time is judged by the benchmarks alone
    derandomize=False,  # each run looks at new examples
    print_blob=True,  # and says how to see a failing one again
    suppress_health_check=[HealthCheck.too_slow],  # a draw may start processes
)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


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
