"""The threads context: threads of this process, for functions that wait."""

import os
import time
from collections import deque
from contextlib import suppress
from contextvars import Context as Variables
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from queue import Empty
from queue import SimpleQueue
from threading import Event
from threading import Thread
from typing import final

from fstream.compiler.program import Segment
from fstream.compiler.shape import limit_in
from fstream.compiler.shape import limits_of
from fstream.contexts.shared import Part
from fstream.contexts.shared import Shared
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.kernel import ChunkKernel
from fstream.interpreter.kernel import Stopped
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import chunk_kernel
from fstream.interpreter.kernel.cared import DEADLINE
from fstream.plan.contexts import Threads
from fstream.transport.undisturbed import Undisturbed
from fstream.transport.waker import GLANCE
from fstream.transport.waker import Waker
from fstream.worker.recorder import OFFSET
from fstream.worker.recorder import STAGE

_PATIENCE = 0.5
_WORDS = OFFSET + 1


@final
@dataclass(slots=True)
class _Worker:
    """A thread of ours: the part it has in hand, and what its kernels note."""

    words: memoryview
    part: Part | None = None
    thread: Thread | None = None

    def due(self) -> float | None:
        """When the time of the item in hand is over."""
        deadline = self.words[DEADLINE]
        return deadline / 1e9 if deadline else None


@final
class ThreadBackend:
    """Up to ``width`` threads, started when there is work for them.

    They see the context variables of the caller of ``open``. A thread that is
    stuck in a user's function cannot be ended: where its item has a time limit
    another thread takes its place when that is over, and ``close`` leaves it behind,
    too. It ends as soon as that function returns; what it says is ignored.
    """

    __slots__ = (
        "_broken",
        "_closed",
        "_context",
        "_done",
        "_limits",
        "_open",
        "_parts",
        "_quiet",
        "_segments",
        "_started",
        "_surroundings",
        "_variables",
        "_waker",
        "_workers",
    )

    def __init__(self, context: Threads) -> None:
        self._broken: BaseException | None = None
        self._context = context
        self._done: deque[Shared] = deque()
        self._closed = Event()
        self._limits: dict[int, float] = {}
        self._open = 0
        self._parts: SimpleQueue[Part | None] = SimpleQueue()
        self._quiet = Undisturbed()
        self._segments: dict[int, Segment] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
            pause=self._pause,
        )
        self._started = 0
        self._variables: Variables | None = None
        self._waker = Waker()
        self._workers: list[_Worker] = []

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no thread is started before there is a call."""
        self._segments = {segment.number: segment for segment in segments}
        self._limits = {
            segment.number: min(limits)
            for segment in segments
            if (limits := limits_of(segment))
        }
        self._variables = copy_context()
        self._waker.open()

    def submit(self, call: Call) -> None:
        """Hand ``call`` to the next free threads."""
        parts = Shared(call, call.hands).parts()
        self._open += len(parts)
        self._start_some()
        for part in parts:
            self._parts.put(part)

    def dismiss(self) -> None:
        """Nobody is kept who would have to go."""

    def watch(self) -> tuple[int, ...]:
        """The descriptor that becomes readable when there are answers."""
        if self._closed.is_set():
            return ()
        descriptor = self._waker.ask()
        if self._done or self._broken is not None:
            self._waker.wake()
        return (descriptor,)

    def patience(self) -> float | None:
        """Until an item may be overdue; threads note their deadlines meanwhile."""
        if not self._open:
            return None
        now = time.monotonic()
        dues = [each.due() for each in self._workers] if self._limits else []
        waits = [due - now for due in dues if due is not None]
        return max(0.0, min([GLANCE, *self._limits.values(), *waits]))

    def poll(self) -> list[Happening]:
        """Give the answers that are ready; raises what is a mistake of ours."""
        self._waker.rest()
        if self._broken is not None:
            raise self._broken
        answers: list[Happening] = []
        while self._done:
            done = self._done.popleft()
            self._open -= done.count
            segment = self._segments[done.call.segment]
            answers.append(done.answer(segment, self._surroundings.pid))
        if self._limits:
            answers += self._overdue()
        return answers

    def close(self) -> None:
        """Drop all calls that no thread has begun; wait a little for the others."""
        # Called again: Ctrl-C came meanwhile, and again means now.
        patience = 0.0 if self._closed.is_set() else _PATIENCE
        self._closed.set()
        try:
            with Undisturbed():
                self._end(patience)
        finally:
            self._waker.close()

    def _end(self, patience: float) -> None:
        for _ in self._workers:
            self._parts.put(None)
        deadline = time.monotonic() + patience
        for worker in self._workers:
            with suppress(RuntimeError):  # Ctrl-C came while it was being started
                if worker.thread is not None:
                    worker.thread.join(max(0.0, deadline - time.monotonic()))
        self._workers.clear()

    def _start_some(self) -> None:
        for _ in range(len(self._workers), min(self._open, self._context.width)):
            self._start()

    def _pause(self, seconds: float) -> None:
        """Wait for the next attempt at an item: there is none after the end."""
        if self._closed.wait(seconds):
            raise Stopped

    def _start(self) -> None:
        assert self._variables is not None, "submit before open"  # noqa: S101
        self._started += 1
        worker = _Worker(memoryview(bytearray(_WORDS * 8)).cast("Q"))
        worker.thread = Thread(
            target=self._variables.copy().run,
            args=(self._serve, worker),
            name=f"fstream-{self._started}",
            daemon=True,  # a stuck function must not keep the program
        )
        with Undisturbed() as self._quiet:
            self._workers.append(worker)
            worker.thread.start()

    def _overdue(self) -> list[Lost]:
        """Abandon the threads whose items are overdue, and put others in their place.

        The part is looked at first: a deadline may already be that of a later one.
        """
        lost: list[Lost] = []
        now = time.monotonic()
        for worker in tuple(self._workers):
            part, due = worker.part, worker.due()
            if part is None or due is None or due > now or not part[0].is_given_up():
                continue
            self._workers.remove(worker)
            self._open -= 1
            call = part[0].call
            lost.append(_lost(call, self._segments[call.segment], worker.words))
        if lost:
            self._start_some()
        return lost

    def _serve(self, worker: _Worker) -> None:
        try:
            self._work(worker)
        except BaseException as exc:  # noqa: BLE001 - or the run would wait for ever
            self._broken = exc
            self._waker.wake()

    def _work(self, worker: _Worker) -> None:
        kernels: dict[int, ChunkKernel] = {}
        try:
            self._work_on(worker, kernels)
        finally:
            for kernel in kernels.values():
                self._quiet.run(kernel.close)

    def _work_on(self, worker: _Worker, kernels: dict[int, ChunkKernel]) -> None:
        part = self._parts.get()
        while part is not None:
            # Not for each part: to change the signal mask takes 20 us.
            work = partial(self._work_off, part, worker, kernels)
            if not self._quiet.run(work):
                return
            part = self._parts.get()

    def _work_off(
        self, first: Part, worker: _Worker, kernels: dict[int, ChunkKernel]
    ) -> bool:
        """Execute the parts that are there; whether to wait for more."""
        part: Part | None = first
        while part is not None and not self._closed.is_set():
            worker.part = part
            shared, number = part
            call = shared.call
            kernel = kernels.get(call.segment)
            if kernel is None:
                kernel = kernels[call.segment] = self._kernel(call.segment, worker)
            began = time.perf_counter_ns()
            items, keys = shared.items(number), shared.keys(number)
            reply = kernel(items, keys, None, past=call.past)
            taken = shared.take(number, reply, time.perf_counter_ns() - began)
            if taken == "late":
                return False
            if taken == "all":
                self._done.append(shared)
                self._waker.wake()
            try:
                part = self._parts.get_nowait()
            except Empty:
                return True
        return False

    def _kernel(self, segment: int, worker: _Worker) -> ChunkKernel:
        return chunk_kernel(
            self._segments[segment],
            surroundings=self._surroundings,
            recorder=worker.words if segment in self._limits else None,
        )


def _lost(call: Call, segment: Segment, words: memoryview) -> Lost:
    """Tell of the item that ``call`` had, and whose time is over."""
    stage = segment.stages[0] if len(segment.stages) == 1 else words[STAGE]
    return Lost(
        open=(call.ticket,),
        ticket=call.ticket,
        position=0,
        stage=stage,
        loss=Loss(
            exit_code=None,
            signal=None,
            pid=os.getpid(),
            started=True,
            limit=limit_in(segment, stage),
        ),
        is_abandoned=True,
    )
