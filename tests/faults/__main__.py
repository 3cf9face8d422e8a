"""Run scenarios by hand: ``python -m tests.faults ID CONTEXT``.

``ID`` may be the beginning of ids (``C``), and a ``CONTEXT`` that is left out means all
of a scenario's. Without any, all scenarios are listed.

``--serve`` makes it a driver of all scenarios, ``--serve MODULE`` of those in it.
"""

import sys
from collections.abc import Mapping
from importlib import import_module

from tests.faults.catalogue import catalogue
from tests.faults.catalogue import pairs
from tests.faults.client import Driver
from tests.faults.driver import serve
from tests.faults.scenario import Scenario


def main(words: list[str]) -> int:
    """Serve, list or run."""
    if words and words[0] == "--serve":
        job = serve(_served(words[1:]))
        return 0 if job is None else job.run()
    scenarios = catalogue()
    if not words:
        print(*(f"{name} {context}" for name, context in pairs(scenarios)), sep="\n")
        return 0
    return _run(scenarios, words[0], words[1:])


def _served(modules: list[str]) -> Mapping[str, Scenario]:
    if not modules:
        return catalogue()
    scenarios: Mapping[str, Scenario] = import_module(modules[0]).SCENARIOS
    return scenarios


def _run(scenarios: Mapping[str, Scenario], start: str, contexts: list[str]) -> int:
    chosen = [
        (name, context)
        for name, context in pairs(scenarios)
        if name.startswith(start) and (not contexts or context in contexts)
    ]
    if not chosen:
        print("No such scenario.")
        return 2
    driver = Driver()
    bad = 0
    for name, context in chosen:
        found = driver.examine(name, context)
        verdict = "FAILED" if found.wrong else "passed"
        print(f"{verdict} {found.seconds:5.2f} s  {name} {context}")
        if found.wrong:
            bad += 1
            print(found)
    driver.close()
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
