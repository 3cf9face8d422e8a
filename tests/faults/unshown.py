"""The rows without a scenario: those that cannot be shown, and those to be written."""

UNSHOWN = {
    "B05": "a pickle may do anything where it is loaded: documented",
    "B15": "as B05; a worker that does not get through its decoding is D04",
    "G05": "nothing is spilled to files",
    "G06": "there is no journal",
    "G08": "takes a memory cgroup of one's own; to a parent it is C01, which is shown",
    "G09": "takes a memory cgroup of one's own; to workers it is E01, which is shown",
    "I06": "there is no copy=",
    "Q02": "workers are of the same trust domain: documented; there is no codec=",
    "Q03": "there is no journal",
}
"""By id: the reason."""

ELSEWHERE = {"F08": "tests/transport/test_frame.py"}
"""By id: the tests that show it without a process of its own."""

_TO_BE_WRITTEN: dict[str, str] = {}
"""By owner: the ids, in words."""

MISSING = {name: owner for owner, ids in _TO_BE_WRITTEN.items() for name in ids.split()}
"""By id: who writes it."""
