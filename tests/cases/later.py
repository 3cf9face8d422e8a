"""The cases whose features are not built yet, each with what it waits for."""

LATER = {
    "RES-2": "forks",
    "RES-5": "forks",
    "RES-6": "forks",
    "RES-7": "forks",
    "ERR-3": "merge",
    "ERR-7": "forks",
    "JEP-18": "forks",
    "JEP-19": "forks",
    "NST-7": "merge",
    "R-11": "using",
    "R-14": "forks",
    "R-23": "events of stages, for observers",
    "R-26": "forks",
}
"""No test has these ids."""

PARTLY = {
    "ERR-6": "retry: item 7, which fails once and then succeeds",
    "ERR-9": "context(name): a name that no run binds",
    "IPC-9": "merge: three sources of their own",
    "IPC-10": "forks: the third of the contexts",
    "IPC-11": "forks: the third of the contexts",
    "IPC-13": "forks: a pool of its own in a child",
    "IPC-17": "forks: a route in a child",
    "JEP-9": "forks: failures in a child",
    "R-1": "forks: forks(2) before processes(2)",
    "R-2": "forks: big results of a child",
    "R-3": "forks: a list as one item",
    "R-6": "forks: item 3 of 10 fails in a child",
    "R-7": "forks: failures among 5000 items in children",
    "R-15": "forks: callables in a child",
}
"""Tests have these ids, and do not yet cover what is named here."""
