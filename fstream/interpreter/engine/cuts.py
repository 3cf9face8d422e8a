"""The ends of streams as chunks: a source that broke, a stage that ended the run."""

from bisect import bisect_left
from dataclasses import replace

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import SourceBroke
from fstream.interpreter.engine.flow import Chunk
from fstream.interpreter.engine.flow import Entry
from fstream.interpreter.engine.flow import Kept
from fstream.interpreter.engine.flow import Part
from fstream.interpreter.engine.flow import entry_pos
from fstream.interpreter.failed import Failed
from fstream.interpreter.kernel.template import SOURCE


def broken_off(index: int, broke: SourceBroke) -> Chunk:
    """The failure of a source that gave ``index`` items."""
    fault = Fault(0, 0, SOURCE, "call", broke)
    failed = Failed(index=index, fault=fault, context="inline()", pid=0)
    return Chunk(
        body=[], keys=(), scope=None, entries=[Entry(0, index, failed, None, None)]
    )


def kept(chunk: Chunk, position: int) -> Chunk:
    """``chunk`` up to the item at ``position``, with which a stage ended the run."""
    if not chunk.body:
        return replace(chunk, cut=chunk.keys[0])
    stop = position + 1
    high = bisect_left(chunk.entries, stop, key=entry_pos)
    return Chunk(
        body=chunk.body[:stop],
        keys=chunk.keys[:stop],
        scope=chunk.scope,
        entries=[
            Entry(entry.pos, entry.key, entry.failed, None, None)
            for entry in chunk.entries[:high]
        ],
        is_last=chunk.is_last,
        cut=chunk.keys[position],
        origin=Part(chunk, 0),
        dues=[Kept(chunk, chunk.thing_of_item(position))],
    )


def emptied(chunk: Chunk) -> Chunk:
    """``chunk`` without all that is in it: it comes after the end of the run."""
    return Chunk(
        body=[],
        keys=() if chunk.flush is None else chunk.keys,
        scope=chunk.scope,
        flush=chunk.flush,
        is_last=chunk.is_last,
    )
