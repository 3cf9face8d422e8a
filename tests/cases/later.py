"""The cases whose features are not built yet, each with what it waits for."""

LATER = {
    "ERR-3": "merge",
    "NST-7": "merge",
    "R-11": "using",
    "R-23": "events of stages, for observers",
}
"""No test has these ids."""

PARTLY = {
    "ERR-9": "context(name): a name that no run binds",
    "COW-9": "merge: three sources of their own",
    "IPC-9": "merge: three sources of their own",
}
"""Tests have these ids, and do not yet cover what is named here."""
