"""The first steps of a worker, just forked from the nursery."""

import mmap
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from types import FrameType
from typing import Never

from fstream.transport.channel import raised_number
from fstream.worker.kin import die_with_parent
from fstream.worker.lines import whole_lines
from fstream.worker.loop import serve
from fstream.worker.recorder import PAGE
from fstream.worker.recorder import tell_fatal_errors


def start_worker(end: int, page: int, *, lock: int, nursery: int) -> Never:
    """Become the worker behind the descriptors ``end`` and ``page``.

    Those of one ``nursery`` have ``lock`` in common.
    """
    code = 1
    try:
        os.setsid()
        die_with_parent()
        if os.getppid() != nursery:
            os._exit(code)
        # By a handler, because processes that users start inherit "ignored".
        signal.signal(signal.SIGINT, _nothing)
        sys.stdout = whole_lines(sys.stdout, lock)
        sys.stderr = whole_lines(sys.stderr, lock)
        words = memoryview(mmap.mmap(page, PAGE)).cast("Q")
        tell_fatal_errors(page)
        # Never closed: by then it may be user code's, who closed all there was.
        theirs = socket.socket(fileno=raised_number(end))
        serve(theirs, words)
        code = 0
    except BaseException:  # noqa: BLE001  # told, and no frame of the nursery runs on
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)


def _nothing(_signal: int, _frame: FrameType | None) -> None:
    """Let Ctrl-C be the parent's affair."""
