"""The life of a forked child: one call, one reply.

It is a copy of a process that belongs to others. Nothing of theirs is run, closed
or destroyed in it: no handler, no finalizer, no function for the exit.
"""

import fcntl
import gc
import os
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from dataclasses import replace
from types import FrameType
from typing import Never, final

from fstream.compiler.program import Segment
from fstream.compiler.shape import last_stage
from fstream.compiler.shape import limit_of
from fstream.interpreter.chunk import Call
from fstream.interpreter.kernel.cared import DEADLINE
from fstream.interpreter.kernel.cared import deadline
from fstream.transport.channel import Channel
from fstream.transport.frame import Frame
from fstream.worker.forking import flush_standard_streams
from fstream.worker.forking import handled_signals
from fstream.worker.forking import let_signals_in
from fstream.worker.kit import Kit
from fstream.worker.kit import alarm
from fstream.worker.letters import CALL
from fstream.worker.letters import reply_frame
from fstream.worker.lifeline import end_nursery
from fstream.worker.listening import forward_from_copy
from fstream.worker.outbox import Outbox
from fstream.worker.recorder import CALLING
from fstream.worker.recorder import ENCODING
from fstream.worker.recorder import NOWHERE
from fstream.worker.recorder import POSITION
from fstream.worker.recorder import STAGE
from fstream.worker.recorder import TICKET
from fstream.worker.recorder import tell_fatal_errors
from fstream.worker.results import encoded
from fstream.worker.setting import go_deeper
from fstream.worker.ways import Ways

_NEEDED = (signal.SIGALRM, signal.SIGCHLD)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a child is there for, and with what.

    It is killed by the kernel when the other end of the pipe ``life`` is gone.
    """

    call: Call
    segment: Segment
    kit: Kit
    life: int
    parent: int
    ways: Ways


def live(errand: Errand, end: socket.socket) -> Never:
    """Answer through ``end``, and be gone."""
    code = 1
    kept: list[object] = []  # freeing it may run users' code
    try:
        gc.freeze()  # what was inherited is neither looked at nor finalized
        os.setsid()
        _end_with(errand.life, parent=errand.parent)
        go_deeper()
        outbox = Outbox(Channel(end))
        kept += _settle(errand, outbox)
        outbox.send(_answer(errand, kept))
        # The page keeps its last note: who did not hear the answer knows what it was.
        code = 0
    except BaseException:  # noqa: BLE001  # told, and no frame of the parent runs on
        traceback.print_exc()
    finally:
        flush_standard_streams()
        end_nursery()  # that of runs in this one
        os._exit(code)


def _answer(errand: Errand, kept: list[object]) -> Frame:
    began = time.perf_counter_ns()
    call, segment, words = errand.call, errand.segment, errand.kit.words
    kernel = errand.kit.kernel(segment)
    words[POSITION] = NOWHERE
    words[STAGE] = CALLING
    words[TICKET] = call.ticket + 1
    reply = kernel(call.items, call.keys, call.flush, past=call.past)
    kept.append(reply)
    kernel.close()
    words[STAGE] = ENCODING
    limit = limit_of(segment)
    if limit is not None:
        words[DEADLINE] = deadline(time.monotonic(), limit)
        alarm(limit)
    reply, payload = encoded(reply, call.items, stage=last_stage(segment.op))
    flush_standard_streams()
    if limit is not None:
        alarm(0)
        words[DEADLINE] = 0
    asked = Frame(kind=CALL, lane=call.segment, sequence=call.ticket)
    frame = reply_frame(asked, reply, payload)
    return replace(frame, service=time.perf_counter_ns() - began)


def _settle(errand: Errand, outbox: Outbox) -> list[object]:
    """Have ways of its own to the world; give all that this replaces."""
    kept = errand.ways.go()
    _forget_handlers()
    tell_fatal_errors(errand.kit.page.number)
    kept += forward_from_copy(outbox, errand.kit.words)
    seed = getattr(sys.modules.get("numpy.random"), "seed", None)
    if callable(seed):  # ``random`` does so by itself
        seed()
    let_signals_in()
    return kept


def _end_with(life: int, *, parent: int) -> None:
    """Be killed by the kernel when the other end of the pipe ``life`` is gone.

    That is when ``parent`` is, whichever of its threads forked, and it happens in
    the midst of C code, too.
    """
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(life, fcntl.F_SETFL, os.O_ASYNC)
    if os.getppid() != parent:  # it was gone before
        os._exit(1)


def _forget_handlers() -> None:
    signal.set_wakeup_fd(-1)
    for number in {*handled_signals(), *_NEEDED}:
        signal.signal(number, signal.SIG_DFL)
    # By a handler, because processes that users start inherit "ignored".
    signal.signal(signal.SIGINT, _nothing)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Let Ctrl-C be the parent's affair."""
