"""The driver that the tests of one process share."""

from collections.abc import Iterator

import pytest

from tests.faults.client import Driver


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out the scenarios that are another run's part."""
    part, parts = map(int, config.getoption("--faults").split("/"))
    marked = [item for item in items if item.get_closest_marker("faults")]
    others = {item for n, item in enumerate(marked) if n % parts != part - 1}
    config.hook.pytest_deselected(items=[*others])
    items[:] = [item for item in items if item not in others]


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
