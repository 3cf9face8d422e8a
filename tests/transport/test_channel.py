"""Whole frames cross a socket whatever fits into it at once."""

import os
import socket
from collections.abc import Iterator

import pytest

from fstream.transport.channel import Channel
from fstream.transport.channel import socket_pair
from fstream.transport.frame import Frame
from tests.wait import wait_until


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket_pair()
    theirs.settimeout(0)
    one, other = Channel(ours), Channel(theirs)
    yield one, other
    one.close()
    other.close()


def test_a_frame_crosses(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    frame = Frame(kind=1, sequence=3, body=b"abc", buffers=(b"d" * 20_000,))

    one.send(frame)

    assert other.receive() == [frame]
    assert other.receive() == []


def test_several_frames_come_out_of_one_read(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    some = [Frame(kind=1, sequence=n) for n in range(5)]
    for frame in some:
        one.send(frame)

    assert other.receive() == some


def test_what_does_not_fit_is_kept_and_sent_on(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    frame = Frame(kind=1, body=bytes(5 << 20), buffers=(bytes(5 << 20),) * 3)
    one.send(frame)
    assert one.is_behind()

    found: list[Frame] = []

    def is_through() -> bool:
        one.flush()
        found.extend(other.drain())
        return bool(found)

    wait_until(is_through)
    assert found == [frame]
    assert not one.is_behind()


def test_a_kept_buffer_is_a_copy(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    mine = bytearray(8 << 20)
    one.send(Frame(kind=1, buffers=(mine,)))
    mine[:] = b"x" * len(mine)

    found: list[Frame] = []

    def is_through() -> bool:
        one.flush()
        found.extend(other.drain())
        return bool(found)

    wait_until(is_through)
    assert bytes(found[0].buffers[0][-10:]) == bytes(10)


def test_the_last_words_are_heard_before_the_end(
    ends: tuple[Channel, Channel],
) -> None:
    one, other = ends
    one.send(Frame(kind=1))
    one.send(Frame(kind=2))
    one.close()
    other.send(Frame(kind=3))

    assert [frame.kind for frame in other.drain()] == [1, 2]
    assert other.state == "ended"
    assert other.receive() == []


def test_a_broken_channel_stays_broken(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    os.write(one.fileno(), b"nonsense" * 20)
    one.send(Frame(kind=1))

    assert other.receive() == []
    assert other.state == "broken"
    assert other.drain() == []


def test_a_rejected_channel_hears_nothing_more(ends: tuple[Channel, Channel]) -> None:
    one, other = ends
    one.send(Frame(kind=1))
    other.reject()

    assert other.receive() == []
    assert other.state == "broken"


def test_channels_stay_away_from_the_standard_descriptors() -> None:
    ends = socket_pair()

    assert all(end.fileno() >= 10 and not end.get_inheritable() for end in ends)
    assert not ends[0].getblocking()
    assert ends[1].getblocking()
    for end in ends:
        end.close()


def test_a_reset_connection_has_ended() -> None:
    ours, theirs = socket_pair()
    channel = Channel(ours)
    channel.send(Frame(kind=1))
    theirs.close()

    assert channel.drain() == []
    assert channel.state == "ended"
    channel.close()
    assert isinstance(theirs, socket.socket)
