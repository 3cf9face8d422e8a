"""What the tests of the laws share."""

import pytest

from fstream.api import run
from fstream.combinators.sinks import drain
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.plan.contexts import processes


@pytest.fixture(scope="session", autouse=True)
def nursery() -> None:
    """Start the nursery, which outlives the run that started it, before all tests."""
    run(source([1]).via(map_stage(abs)).to(drain()), on=processes(1))
