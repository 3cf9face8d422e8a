"""The log records of a worker, on their way to its parent's handlers.

A record goes the moment it is made, so a worker that ends has told all. What every
logging system needs is plain and travels in the head of the frame; the arguments
and what users added travel as their own pickle, where they have one.

Imports ``logging``, so it is itself imported only where that has been.
"""

import logging
import os
from collections.abc import Mapping
from typing import final

from fstream.transport.codec import Payload
from fstream.transport.codec import encode
from fstream.worker.letters import Told
from fstream.worker.letters import log_frame
from fstream.worker.levels import Levels
from fstream.worker.outbox import Outbox
from fstream.worker.recorder import note_in

_PLAIN: frozenset[type] = frozenset({int, float, bool, str, bytes, type(None)})
_PARTS = frozenset({"args", "exc_info", "exc_text", "msg"})


def current_levels() -> Levels:
    """Tell what the loggers of this process let through."""
    loggers = dict(logging.root.manager.loggerDict)
    named = {
        name: logger.level
        for name, logger in loggers.items()
        if isinstance(logger, logging.Logger) and logger.level
    }
    return Levels(
        root=logging.root.level, named=named, disabled=logging.root.manager.disable
    )


def forward(levels: Levels, outbox: Outbox, words: memoryview) -> None:
    """Have all loggers of this worker let through what the parent's do, to it."""
    logging.disable(levels.disabled)
    logging.root.setLevel(levels.root)
    for name, level in levels.named.items():
        logging.getLogger(name).setLevel(level)
    logging.root.addHandler(_Forwarding(outbox, words))


def forward_from_copy(outbox: Outbox, words: memoryview) -> list[object]:
    """Have this copy of a process log to that one alone; give what is replaced."""
    loggers = [
        logger
        for logger in (logging.root, *logging.root.manager.loggerDict.values())
        if isinstance(logger, logging.Logger)
    ]
    replaced: list[object] = [logger.handlers for logger in loggers]
    for logger in loggers:
        logger.handlers = []
        logger.propagate = True  # there it is decided where a record goes
    logging.root.addHandler(_Forwarding(outbox, words))
    return replaced


@final
class _Forwarding(logging.Handler):
    def __init__(self, outbox: Outbox, words: memoryview) -> None:
        super().__init__()
        self._home = os.getpid()
        self._outbox = outbox
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        """Send ``record``; in a process that users forked, print it."""
        try:
            if self._home != os.getpid():
                if logging.lastResort is not None:
                    logging.lastResort.handle(record)
                return
            plain, own = _divided(record)
            frame = log_frame(Told(note_in(self._words), plain), _pickled(own))
            self._outbox.send(frame)
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001  # as every handler of logging does
            self.handleError(record)


def _divided(
    record: logging.LogRecord,
) -> tuple[dict[str, object], dict[str, object]]:
    """Give what is plain of ``record`` and tells all, and what is users' own."""
    facts: Mapping[str, object] = vars(record)
    own = {
        name: value
        for name, value in facts.items()
        if name not in _PARTS and type(value) not in _PLAIN
    }
    plain = {name: value for name, value in facts.items() if name not in own}
    plain |= {"msg": record.msg, "args": record.args, "exc_info": None}
    plain["exc_text"] = _exception_text(record)
    if not _is_plain(record):
        plain |= {"msg": record.getMessage(), "args": None}
        own |= {"msg": record.msg, "args": record.args}
    return plain, own


def _is_plain(record: logging.LogRecord) -> bool:
    args: object = record.args
    if type(record.msg) is not str:
        return False
    return not args or (
        type(args) is tuple and all(type(each) in _PLAIN for each in args)
    )


def _exception_text(record: logging.LogRecord) -> str | None:
    if record.exc_info and not record.exc_text:
        return logging.Formatter().formatException(record.exc_info)
    return record.exc_text


def _pickled(own: dict[str, object]) -> Payload | None:
    if not own:
        return None
    try:
        return encode(own)
    except Exception:  # noqa: BLE001  # pickling runs user code: the text will do
        return None
