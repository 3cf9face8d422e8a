"""How deep runs may stand in workers of runs."""

from fstream.worker.setting import depth

DEEPEST = 4


def why_too_deep() -> str | None:
    """Tell why this process starts no workers, if it stands too deep."""
    if depth() < DEEPEST:
        return None
    return f"a run in a worker, nested {DEEPEST} deep, starts no more workers"
