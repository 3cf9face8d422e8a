"""The driver that the tests of one process share."""

from collections.abc import Iterator

import pytest

from tests.faults.client import Driver


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """Give a driver of all scenarios."""
    shared = Driver()
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def bad_driver() -> Iterator[Driver]:
    """Give a driver of the scenarios that go wrong themselves."""
    shared = Driver("tests.faults.bad", patience=0.2)
    yield shared
    shared.close()
