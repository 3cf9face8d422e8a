"""The host of a worker's kernels, which executes calls."""

import os
import time
from dataclasses import replace
from typing import Literal, final

from fstream.compiler.shape import is_single
from fstream.compiler.shape import last_stage
from fstream.compiler.shape import limit_of
from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import Reply
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel.cared import DEADLINE
from fstream.interpreter.kernel.cared import deadline
from fstream.result.captured import Details
from fstream.result.errors import Step
from fstream.transport.frame import Frame
from fstream.worker.blame import glimpse_outside
from fstream.worker.filters import take_over
from fstream.worker.letters import CallHead
from fstream.worker.letters import Terms
from fstream.worker.letters import read_call
from fstream.worker.letters import read_items
from fstream.worker.letters import read_shipped
from fstream.worker.letters import read_terms
from fstream.worker.letters import reply_frame
from fstream.worker.listening import forward_records
from fstream.worker.outbox import Outbox
from fstream.worker.recorder import CALLING
from fstream.worker.recorder import DECODING
from fstream.worker.recorder import ENCODING
from fstream.worker.recorder import NOWHERE
from fstream.worker.recorder import OFFSET
from fstream.worker.recorder import POSITION
from fstream.worker.recorder import STAGE
from fstream.worker.recorder import TICKET
from fstream.worker.results import encoded
from fstream.worker.saved import Saved
from fstream.worker.saved import saved_items
from fstream.worker.setting import settle
from fstream.worker.shipped import Shipped
from fstream.worker.things import all_failed
from fstream.worker.things import appended

_DECODE: Step = "decode"


@final
class Host:
    """Executes calls, with the kernels of what was shipped."""

    __slots__ = (
        "_answered",
        "_kernels",
        "_lasts",
        "_limits",
        "_outbox",
        "_refusal",
        "_stages",
        "_wheres",
        "_words",
    )

    def __init__(self, words: memoryview, outbox: Outbox) -> None:
        self._outbox = outbox
        self._words = words
        self._kernels: dict[int, ChunkKernel] = {}
        self._lasts: dict[int, int] = {}
        self._limits: dict[int, float] = {}
        self._wheres: dict[int, Literal["position", "place"]] = {}
        self._stages: dict[int, tuple[int, ...]] = {}
        self._refusal: Details | None = None
        self._answered: object = None

    def settle(self, frame: Frame) -> None:
        """Take over what the parent shipped.

        Where users' modules cannot be imported all calls are to fail with that.
        """
        terms = read_terms(frame)
        settle(terms.setting)
        if terms.levels is not None:
            forward_records(terms.levels, self._outbox, self._words)
        self._stages = terms.stages
        try:
            shipped = read_shipped(frame)
        except BaseException as exc:  # noqa: BLE001  # importing runs user code
            self._refusal = glimpse_outside(exc, None).details()
            return
        take_over(terms.setting.filters)  # by now with the categories of users' own
        self._install(shipped, terms)

    def answer(self, frame: Frame) -> Frame:
        """Execute a call."""
        began = time.perf_counter_ns()
        self._note_decoding(frame)
        head = read_call(frame)
        stages = self._stages[frame.lane]
        items = self._items(frame)
        if isinstance(items, Saved):
            head, items = _barring(head, items), items.items
        match items:
            case list():
                reply = self._execute(frame.lane, head, items)
            case Details():
                step: Step = "decode" if self._refusal is None else "open"
                causes = [items] * head.length
                reply = all_failed(causes, stage=stages[0], step=step)
        self._words[STAGE] = ENCODING
        self._note_deadline(frame.lane)
        last = self._lasts.get(frame.lane, stages[-1])
        reply, payload = encoded(reply, _told(head, items), stage=last)
        self._words[DEADLINE] = 0
        self._answered = (items, reply)
        answer = reply_frame(frame, reply, payload)
        return replace(answer, service=time.perf_counter_ns() - began)

    def forget(self) -> None:
        """Free the items and results of the last call, now that it is answered.

        Not before: it runs users' code, and may end this process.
        """
        self._answered = None

    def close(self) -> None:
        """Close what functions have opened: there will be no call any more."""
        for kernel in self._kernels.values():
            kernel.close()

    def _install(self, shipped: Shipped, terms: Terms) -> None:
        shipped.install()
        surroundings = Surroundings(
            context=terms.context,
            pid=os.getpid(),
            clock=time.monotonic,
            pause=time.sleep,
        )
        for segment in shipped.segments:
            self._kernels[segment.number] = chunk_kernel(
                segment,
                surroundings=surroundings,
                recorder=self._words,
            )
            self._lasts[segment.number] = last_stage(segment.op)
            limit = limit_of(segment)
            if limit is not None:
                self._limits[segment.number] = limit
            self._wheres[segment.number] = (
                "position" if is_single(segment.op) else "place"
            )

    def _note_decoding(self, frame: Frame) -> None:
        words = self._words
        self._note_deadline(frame.lane)
        words[POSITION] = NOWHERE
        words[STAGE] = DECODING
        words[OFFSET] = 0
        words[TICKET] = frame.sequence + 1

    def _note_deadline(self, segment: int) -> None:
        """Moving a chunk's items may take as long as executing one of them."""
        limit = self._limits.get(segment)
        if limit is not None:
            self._words[DEADLINE] = deadline(time.monotonic(), limit)

    def _items(self, frame: Frame) -> list[object] | Saved | Details:
        if self._refusal is not None:
            return self._refusal
        try:
            return read_items(frame)
        except BaseException as exc:  # noqa: BLE001  # loading runs user code
            whole = glimpse_outside(exc, None).details()
        try:
            return saved_items(frame)
        except ValueError:
            return whole

    def _execute(self, segment: int, head: CallHead, items: list[object]) -> Reply:
        kernel = self._kernels[segment]
        keys = range(head.length) if head.keys is None else head.keys
        self._words[STAGE] = CALLING
        self._words[DEADLINE] = 0
        if not head.barred:
            return kernel(items, keys, head.flush, past=head.past)
        where = self._wheres[segment]
        reply = Reply([], None, [], (), [])
        start = taken = 0
        for position, step, cause in head.barred:
            self._note_start(start)
            end = taken + position - start
            part = kernel(items[taken:end], keys[start:position], None)
            place = len(part.outs) + len(part.faults)
            stage = self._stages[segment][0]
            barred = Fault(place, position - start, stage, step, cause)
            part.faults.append(barred)
            reply = appended(reply, part, offset=start, where=where)
            start, taken = position + 1, end
        self._note_start(start)
        rest = kernel(items[taken:], keys[start:], head.flush)
        return appended(reply, rest, offset=start, where=where)

    def _note_start(self, offset: int) -> None:
        self._words[POSITION] = NOWHERE
        self._words[OFFSET] = offset


def _barring(head: CallHead, saved: Saved) -> CallHead:
    """Bar the items that could not be decoded, too."""
    barred = {position for position, _, _ in head.barred}
    rest = [position for position in range(head.length) if position not in barred]
    spoilt = [(rest[n], _DECODE, cause) for n, cause in saved.causes.items()]
    every = {place: (place, step, cause) for place, step, cause in head.barred}
    every |= {place: (place, step, cause) for place, step, cause in spoilt}
    return head._replace(barred=tuple(every[place] for place in sorted(every)))


def _told(head: CallHead, items: list[object] | Details) -> list[object]:
    """Give the items by their positions in the whole chunk, as failures tell them."""
    if isinstance(items, Details):
        return [None] * head.length
    if not head.barred:
        return items
    told = list(items)
    for position, _, _ in head.barred:
        told.insert(position, None)
    return told
