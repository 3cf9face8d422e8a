"""The loop of a worker: one call in, one reply out."""

import os
import socket
from collections.abc import Sequence

from fstream.transport.channel import Channel
from fstream.worker.host import Host
from fstream.worker.letters import SETTING
from fstream.worker.recorder import TICKET


def serve(end: socket.socket, words: memoryview) -> None:
    """Answer what comes through ``end``, until it is closed."""
    channel = Channel(end)
    identity = _identity(channel)
    host = Host(words)
    while channel.state == "open":
        for frame in channel.receive():
            if frame.kind == SETTING:
                host.settle(frame)
                continue
            reply = host.answer(frame)
            if _identity(channel) != identity:
                return  # user code closed our socket: the number is another file's
            channel.send(reply)
            words[TICKET] = 0
            host.forget()


def _identity(channel: Channel) -> Sequence[int]:
    try:
        status = os.fstat(channel.fileno())
    except OSError:
        return ()
    return (status.st_dev, status.st_ino)
