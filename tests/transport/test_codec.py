"""Objects survive as bytes, and their big buffers are not copied on the way."""

import pickle

import pytest

from fstream.transport.codec import decode
from fstream.transport.codec import encode
from fstream.transport.frame import MOST_BUFFERS


class Buffered:
    """Pickles its memory as an array of numpy does."""

    def __init__(self, memory: bytearray) -> None:
        self.memory = memory

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        return Buffered, (pickle.PickleBuffer(self.memory),)


def test_values_come_back() -> None:
    value = [1, "two", {"three": (4.0, None)}]
    payload = encode(value)

    assert decode(payload.body, payload.buffers) == value


def test_big_buffers_travel_beside_the_pickle() -> None:
    payload = encode(Buffered(bytearray(100_000)))

    assert len(payload.body) < 200
    assert [len(buffer) for buffer in payload.buffers] == [100_000]


def test_small_buffers_travel_inside() -> None:
    payload = encode(Buffered(bytearray(100)))

    assert payload.buffers == ()
    assert decode(payload.body).memory == bytearray(100)


def test_there_is_a_bound_on_the_buffers_of_a_frame() -> None:
    many = [Buffered(bytearray(16_384)) for _ in range(MOST_BUFFERS + 5)]

    assert len(encode(many).buffers) == MOST_BUFFERS


def test_what_is_too_big_for_a_frame_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fstream.transport.codec.MOST_BYTES", 1000)

    with pytest.raises(OverflowError, match="more than can cross at once"):
        encode(bytes(1001))


def test_a_buffer_that_lies_in_pieces_is_no_buffer_beside() -> None:
    view = memoryview(bytearray(200_000))[::2]

    with pytest.raises(pickle.PicklingError, match="non-contiguous"):
        encode(pickle.PickleBuffer(view))
