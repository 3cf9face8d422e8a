"""The loop of a worker: one call in, one reply out."""

import socket

from fstream.transport.channel import Channel
from fstream.worker.host import Host
from fstream.worker.letters import SETTING
from fstream.worker.outbox import Outbox
from fstream.worker.recorder import TICKET


def serve(end: socket.socket, words: memoryview) -> None:
    """Answer what comes through ``end``, until it is closed."""
    channel = Channel(end)
    outbox = Outbox(channel)
    host = Host(words, outbox)
    while channel.state == "open":
        for frame in channel.receive():
            if frame.kind == SETTING:
                host.settle(frame)
                continue
            outbox.send(host.answer(frame))
            if not outbox.is_ours:
                return  # user code closed our socket: the number is another file's
            words[TICKET] = 0
            host.forget()
    host.close()
