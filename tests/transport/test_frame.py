"""A frame comes out of the bytes exactly as it went in, or the stream is broken."""

from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from fstream.transport import frame as frame_module
from fstream.transport.frame import LIMIT
from fstream.transport.frame import MOST_BUFFERS
from fstream.transport.frame import Assembler
from fstream.transport.frame import Frame
from fstream.transport.frame import pack

_words = st.integers(0, 2**64 - 1)
_small = st.binary(max_size=40)
_bytes = st.one_of(_small, st.integers(0, 300_000).map(bytes))
frames = st.builds(
    Frame,
    kind=st.integers(0, 255),
    lane=st.integers(0, 2**32 - 1),
    sequence=_words,
    service=_words,
    head=_small,
    body=_bytes,
    buffers=st.lists(_bytes, max_size=3).map(tuple),
)


def raw(*some: Frame) -> bytes:
    return b"".join(bytes(piece) for frame in some for piece in pack(frame))


def feed(assembler: Assembler, text: bytes) -> list[Frame]:
    """Write ``text`` as a socket would, as far as there is room each time."""
    found: list[Frame] = []
    rest = memoryview(text)
    while rest:
        room = assembler.room()
        n = min(len(room), len(rest))
        room[:n] = rest[:n]
        rest = rest[n:]
        found += assembler.filled(n)
    return found


@given(st.lists(frames, max_size=4))
def test_frames_come_out_as_they_went_in(some: list[Frame]) -> None:
    assembler = Assembler()

    found = feed(assembler, raw(*some))

    assert found == some
    assert assembler.broken is None


@given(st.lists(frames, max_size=3), st.data())
def test_where_the_bytes_are_split_means_nothing(
    some: list[Frame], data: st.DataObject
) -> None:
    text = raw(*some)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    assembler = Assembler()

    found: list[Frame] = []
    for start, end in pairwise([0, *cuts, len(text)]):
        found += feed(assembler, text[start:end])

    assert found == some


def test_every_single_split_point_of_three_frames_is_harmless() -> None:
    some = [
        Frame(kind=1, sequence=7, head=b"abc", body=b"defg"),
        Frame(kind=2, buffers=(b"xy", b"", b"z")),
        Frame(kind=3, service=9, body=b"!"),
    ]
    text = raw(*some)

    for cut in range(len(text)):
        assembler = Assembler()
        assert feed(assembler, text[:cut]) + feed(assembler, text[cut:]) == some


def test_one_byte_at_a_time_gives_the_same() -> None:
    some = [Frame(kind=1, body=b"abc", buffers=(b"defg",)), Frame(kind=2)]
    assembler = Assembler()

    assert [f for byte in raw(*some) for f in feed(assembler, bytes([byte]))] == some


@given(frames, frames, st.data())
def test_a_flipped_byte_never_gives_another_frame(
    before: Frame, frame: Frame, data: st.DataObject
) -> None:
    text = bytearray(raw(frame))
    checked = len(text) - sum(map(len, frame.buffers)) - 12
    at = data.draw(st.integers(0, checked - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    assembler = Assembler()

    found = feed(assembler, raw(before) + bytes(text) + raw(before))

    assert found == [before]


@given(st.binary(min_size=56, max_size=400))
def test_random_bytes_are_refused(text: bytes) -> None:
    assembler = Assembler()

    assert feed(assembler, text) == []
    assert assembler.broken is not None


@given(frames, st.data())
def test_a_truncated_frame_is_no_frame(frame: Frame, data: st.DataObject) -> None:
    text = raw(frame)
    assembler = Assembler()

    assert feed(assembler, text[: data.draw(st.integers(0, len(text) - 1))]) == []


@given(frames, st.binary(min_size=1, max_size=20), st.data())
def test_foreign_bytes_inside_a_frame_are_found(
    frame: Frame, foreign: bytes, data: st.DataObject
) -> None:
    text = raw(frame)
    at = data.draw(st.integers(1, len(text) - 1))
    followed = text[:at] + foreign + text[at:] + raw(frame, frame)
    assembler = Assembler()

    found = feed(assembler, followed)

    assert all(each == frame for each in found) or assembler.broken is not None
    assert len(found) < 3


edits = st.tuples(
    st.sampled_from(["flip", "cut", "add", "double"]),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=30),
)


def edited(text: bytes, edit: tuple[str, float, bytes]) -> bytes:
    kind, where, other = edit
    at = int(where * len(text))
    match kind:
        case "flip":
            return text[:at] + bytes([text[at] ^ (other[0] or 1)]) + text[at + 1 :]
        case "cut":
            return text[:at] + text[at + len(other) :]
        case "add":
            return text[:at] + other + text[at:]
        case _:
            return text[:at] + text[at : at + len(other)] * 2 + text[at + len(other) :]


@given(
    st.lists(st.builds(replace, frames, buffers=st.just(())), min_size=1, max_size=4),
    st.lists(edits, min_size=1, max_size=5),
)
def test_a_trace_that_was_tampered_with_gives_true_frames_or_none(
    some: list[Frame], changes: list[tuple[str, float, bytes]]
) -> None:
    text = raw(*some)
    for change in changes:
        text = edited(text, change) if text else text
    assembler = Assembler()

    found = feed(assembler, text)

    assert found == some[: len(found)]


def test_a_wrong_magic_is_named() -> None:
    assembler = Assembler()

    assert feed(assembler, b"nope" + raw(Frame(kind=1))[4:]) == []
    assert assembler.broken == "wrong magic"


def test_a_broken_stream_takes_any_further_bytes() -> None:
    assembler = Assembler()

    assert feed(assembler, bytes(1 << 20)) == []
    assert feed(assembler, raw(Frame(kind=1))) == []


class Huge(bytes):
    """Says to be longer than it is."""

    def __len__(self) -> int:
        return LIMIT + 1


def test_a_frame_beyond_the_limit_gets_no_memory() -> None:
    header = pack(Frame(kind=1, body=Huge(b"x")))[0]
    assembler = Assembler()

    assert feed(assembler, bytes(header)) == []
    assert assembler.broken == "a frame beyond every limit"


@given(frames, frames, st.data())
def test_a_frame_without_room_goes_by_and_the_next_is_read(
    lost: Frame, after: Frame, data: st.DataObject
) -> None:
    sizes: list[int] = []

    def refusing(size: int = 0) -> bytearray:
        sizes.append(size)
        if len(sizes) == 2:  # the first is of the assembler's own
            raise MemoryError
        return bytearray(size)

    text = raw(lost, after)
    cut = data.draw(st.integers(0, len(text)))
    with patch.object(frame_module, "bytearray", refusing, create=True):
        assembler = Assembler()
        found = feed(assembler, text[:cut]) + feed(assembler, text[cut:])

    bare = replace(lost, body=b"", buffers=(), is_lost=True)
    assert found == [bare, after]


def test_too_many_buffers_are_refused() -> None:
    header = pack(Frame(kind=1, buffers=(b"",) * (MOST_BUFFERS + 1)))[0]
    assembler = Assembler()

    assert feed(assembler, bytes(header)) == []
    assert assembler.broken == "a frame beyond every limit"


def test_a_frame_knows_its_size() -> None:
    frame = Frame(kind=1, head=b"ab", body=b"c", buffers=(b"defg", b"h"))

    assert frame.size == 8
