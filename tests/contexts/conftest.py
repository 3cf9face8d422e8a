"""What the tests of contexts share."""

import pytest

from fstream.contexts import backend_for
from fstream.plan.contexts import processes
from tests.contexts.work import answers
from tests.contexts.work import identity
from tests.contexts.work import segment


@pytest.fixture(scope="session", autouse=True)
def nursery() -> None:
    """Start the nursery, which outlives the run that started it, before all tests."""
    backend = backend_for(processes(1))
    backend.open((segment(identity, on=processes(1)),))
    answers(backend, [[1]])
    backend.close()
