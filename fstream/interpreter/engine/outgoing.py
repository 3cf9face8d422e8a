"""Releases: what the consumer is given, as far as the budget allows."""

from dataclasses import dataclass
from typing import final

from fstream.interpreter.engine.budget import Budget
from fstream.interpreter.engine.events import How
from fstream.interpreter.engine.events import Overspent
from fstream.interpreter.engine.events import Release
from fstream.interpreter.engine.flow import Chunk


@final
@dataclass(slots=True)
class Outgoing:
    """A release that the consumer is taking: ``kept`` things, then maybe the end."""

    chunk: Chunk
    kept: int
    how: How | None

    def release(self) -> Release:
        """What the consumer is given."""
        chunk, kept = self.chunk, self.kept
        entries = [e for n, e in enumerate(chunk.entries) if e.pos + n < kept]
        values = kept - len(entries)
        body = chunk.body if values == len(chunk.body) else chunk.body[:values]
        return Release(body, [(entry.pos, entry.failed) for entry in entries])


def outgoing(chunk: Chunk, budget: Budget) -> Outgoing:
    """All of ``chunk``, or what stands before the failure that is one too many."""
    for number, entry in enumerate(chunk.entries):
        if not budget.spend([entry.failed]):
            return Outgoing(chunk, entry.pos + number + 1, Overspent())
    return Outgoing(chunk, chunk.size(), None)
