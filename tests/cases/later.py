"""The cases whose features are not built yet, each with what it waits for."""

LATER = {
    "MSC-13": "a live view",
}
"""No test has these ids."""

PARTLY: dict[str, str] = {}
"""Tests have these ids, and do not yet cover what is named here."""
