"""All scenarios there are, by their ids."""

from collections.abc import Iterator
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from tests.faults.scenario import Scenario

FOLDER = Path(__file__).parent / "scenarios"


def catalogue() -> dict[str, Scenario]:
    """Read the scenario modules; an id stands in one of them only."""
    found: dict[str, Scenario] = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        module = import_module(f"tests.faults.scenarios.{path.stem}")
        scenarios: Mapping[str, Scenario] = module.SCENARIOS
        twice = found.keys() & scenarios.keys()
        if twice:
            text = f"{path.name} declares again: {', '.join(sorted(twice))}"
            raise ValueError(text)
        found |= scenarios
    return found


def pairs(scenarios: Mapping[str, Scenario]) -> Iterator[tuple[str, str]]:
    """Give each id with each of its contexts."""
    for name in sorted(scenarios):
        for context in scenarios[name].contexts:
            yield name, context
