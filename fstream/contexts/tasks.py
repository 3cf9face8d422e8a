"""The tasks context: coroutines on an event loop, for functions that await.

Imports asyncio, so it is itself imported only where tasks are used.
"""

import asyncio
import os
import time
from collections import deque
from contextlib import suppress
from contextvars import Context as Variables
from contextvars import copy_context
from threading import Thread
from types import TracebackType
from typing import final

from fstream.compiler.program import Segment
from fstream.contexts.shared import Part
from fstream.contexts.shared import Shared
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.kernel import Overdue
from fstream.interpreter.kernel import Surroundings
from fstream.interpreter.kernel import TaskKernel
from fstream.interpreter.kernel import task_kernel
from fstream.plan.contexts import Tasks
from fstream.transport.owned import close_all
from fstream.transport.undisturbed import Undisturbed
from fstream.transport.waker import GLANCE
from fstream.transport.waker import Waker

_PATIENCE = 0.5
_STANDARD = 2


@final
class TaskBackend:
    """Up to ``width`` tasks on a loop of its own, in a thread of its own.

    They see the context variables of the caller of ``open``. ``close`` cancels
    them all and waits a little; who then is still at his ``finally`` is left
    behind with the loop, which ends with him.
    """

    __slots__ = (
        "_broken",
        "_context",
        "_done",
        "_idle",
        "_is_closed",
        "_loop",
        "_parts",
        "_segments",
        "_surroundings",
        "_tasks",
        "_thread",
        "_variables",
        "_waker",
    )

    def __init__(self, context: Tasks) -> None:
        self._broken: BaseException | None = None
        self._context = context
        self._done: deque[Shared | Lost] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._is_closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._parts: deque[Part] = deque()
        self._segments: dict[int, Segment] = {}
        self._surroundings = Surroundings(
            context=repr(context),
            pid=os.getpid(),
            clock=time.monotonic,
            pause=time.sleep,
            loop=self,
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: Thread | None = None
        self._variables: Variables | None = None
        self._waker = Waker()

    def open(self, segments: tuple[Segment, ...]) -> None:
        """Get ready; no loop is started before there is a call."""
        self._segments = {segment.number: segment for segment in segments}
        self._variables = copy_context()
        self._waker.open()

    def submit(self, call: Call) -> None:
        """Hand ``call`` to the next free tasks, item by item.

        So none has to wait for the one before it, and none bears the consequences
        where that one has cancelled its task.
        """
        self._parts.extend(Shared(call, len(call.items) or 1).parts())
        if self._loop is None:
            self._start()
        else:
            self._loop.call_soon_threadsafe(self._feed)

    def dismiss(self) -> None:
        """Nobody is kept who would have to go."""

    def watch(self) -> tuple[int, ...]:
        """The descriptor that becomes readable when there are answers."""
        if self._is_closed:
            return ()
        descriptor = self._waker.ask()
        if self._done or self._broken is not None:
            self._waker.wake()
        return (descriptor,)

    def patience(self) -> float | None:
        """The loop keeps all times; of signals it may have taken nobody is told."""
        return None if self._thread is None else GLANCE

    def poll(self) -> list[Happening]:
        """Give the answers that are ready; raises what is a mistake of ours."""
        self._waker.rest()
        if self._broken is not None:
            raise self._broken
        answers: list[Happening] = []
        while self._done:
            done = self._done.popleft()
            if isinstance(done, Shared):
                segment = self._segments[done.call.segment]
                answers.append(done.answer(segment, self._surroundings.pid))
            else:
                answers.append(done)
        return answers

    def close(self) -> None:
        """Cancel all tasks, and wait a little for their ends."""
        # Called again: Ctrl-C came meanwhile, and again means now.
        patience = 0.0 if self._is_closed else _PATIENCE
        self._is_closed = True
        try:
            with Undisturbed():
                self._end(patience)
        finally:
            self._waker.close()

    def _end(self, patience: float) -> None:
        self._parts.clear()
        if self._loop is not None and self._thread is not None:
            with suppress(RuntimeError):  # closed by now
                self._loop.call_soon_threadsafe(self._loop.stop)
            with suppress(RuntimeError):  # Ctrl-C came while it was being started
                self._thread.join(patience)

    def _start(self) -> None:
        with Undisturbed() as quiet:
            self._loop = loop = _new_loop()
            loop.call_soon(self._feed)
            self._thread = Thread(
                target=self._live,
                args=(loop, quiet),
                name="fstream-tasks",
                daemon=True,  # a stuck function must not keep the program
            )
            try:
                self._thread.start()
            except RuntimeError:  # the interpreter ends, or there is no room
                self._loop, self._thread = None, None
                loop.close()
                raise

    # ---- in the thread of the loop

    def _live(self, loop: asyncio.AbstractEventLoop, quiet: Undisturbed) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.get_loop()  # to be closed by the runner, with all there is
                while not self._is_closed:
                    # What tasks of users' own raise as these leaves the loop.
                    with suppress(SystemExit, KeyboardInterrupt):
                        quiet.run(loop.run_forever)
        except BaseException as exc:  # noqa: BLE001 - or the run would wait for ever
            self._fail(exc)

    def _feed(self) -> None:
        """See to it that there is a task for each of the parts."""
        for _ in range(len(self._parts)):
            while self._idle and self._idle[0].done():
                self._idle.popleft()
            if self._idle:
                self._idle.popleft().set_result(None)
            elif len(self._tasks) < self._context.width:
                self._begin()
            else:
                return

    def _begin(self) -> None:
        assert self._loop is not None, "a task before the loop"  # noqa: S101
        assert self._variables is not None, "submit before open"  # noqa: S101
        task = self._loop.create_task(self._serve(), context=self._variables.copy())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._is_closed:
            return
        exc = None if task.cancelled() else task.exception()
        if exc is not None:
            self._fail(exc)
        self._feed()

    def _fail(self, exc: BaseException) -> None:
        if not self._is_closed:
            self._broken = exc
            self._waker.wake()

    async def _serve(self) -> None:
        """Execute parts, one after the other.

        A task that was cancelled by users' code is not used again: the next item
        has nothing to do with it.
        """
        kernels: dict[int, TaskKernel] = {}
        try:
            await self._serve_with(kernels)
        finally:
            for kernel in kernels.values():
                kernel.close()

    async def _serve_with(self, kernels: dict[int, TaskKernel]) -> None:
        task = asyncio.current_task()
        while task is not None and not task.cancelling():
            if not self._parts:
                await self._work()
                continue
            shared, number = self._parts.popleft()
            segment = shared.call.segment
            if segment not in kernels:
                kernels[segment] = task_kernel(
                    self._segments[segment], surroundings=self._surroundings
                )
            began = time.perf_counter_ns()
            items, keys = shared.items(number), shared.keys(number)
            try:
                reply = await kernels[segment](items, keys, past=shared.call.past)
            except Overdue as overdue:
                kernels.pop(segment).close()  # it was left in the middle of an item
                self._tell(_lost(shared.call, overdue, self._surroundings.pid))
                continue
            if shared.take(number, reply, time.perf_counter_ns() - began) == "all":
                self._tell(shared)

    def _tell(self, done: Shared | Lost) -> None:
        self._done.append(done)
        self._waker.wake()

    async def _work(self) -> None:
        """Wait for a part."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._idle.append(waiting)
        await waiting

    # ---- for the kernels

    async def pause(self, seconds: float) -> None:
        """Let others go on meanwhile."""
        await asyncio.sleep(seconds)

    def limited(self, seconds: float, *, stage: int) -> "_Limit":
        """A block that is cancelled after so many seconds, and raises ``Overdue``."""
        return _Limit(seconds, stage)

    def is_end(self, exc: BaseException) -> bool:
        """Whether ``exc`` ends the kernel, and is no failure of its item."""
        return self._is_closed or type(exc) is Overdue


@final
class _Limit:
    """A time limit that cannot be taken for one of users' own."""

    __slots__ = ("_limit", "_stage", "_timeout")

    def __init__(self, seconds: float, stage: int) -> None:
        self._limit = seconds
        self._stage = stage
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self,
        cls: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(TimeoutError):
            await self._timeout.__aexit__(cls, exc, trace)
        if exc is not None and self._timeout.expired():
            raise Overdue(self._stage, self._limit)


def _new_loop() -> asyncio.AbstractEventLoop:
    """A loop with no descriptor where the host's standard ones belong."""
    taken: list[int] = []
    try:
        while not taken or taken[-1] <= _STANDARD:
            taken.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        return asyncio.new_event_loop()
    finally:
        close_all(taken)


def _lost(call: Call, overdue: Overdue, pid: int) -> Lost:
    """Tell of the item that ``call`` had, and whose time is over."""
    return Lost(
        open=(call.ticket,),
        ticket=call.ticket,
        position=0,
        stage=overdue.stage,
        loss=Loss(
            exit_code=None, signal=None, pid=pid, started=True, limit=overdue.limit
        ),
    )
