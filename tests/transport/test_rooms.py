"""Big rooms are used again, but never while somebody can see them."""

import pytest

from fstream.transport.rooms import Rooms

BIG = 1 << 20
HUGE = 1 << 23


@pytest.mark.parametrize("size", [0, 10, BIG, HUGE])
def test_a_room_has_its_size_and_can_be_written(size: int) -> None:
    room = memoryview(Rooms().room(size))

    room[:] = b"x" * size

    assert (len(room), bytes(room)) == (size, b"x" * size)


def test_what_was_let_go_of_is_given_again() -> None:
    rooms = Rooms()
    first = rooms.room(BIG)
    first[:5] = b"again"
    del first

    assert bytes(rooms.room(BIG)[:5]) == b"again"


def test_what_anybody_sees_by_any_view_is_not_given_again() -> None:
    rooms = Rooms()
    views = [memoryview(rooms.room(BIG))[8:16].cast("Q") for _ in range(10)]

    for number, view in enumerate(views):
        view[0] = number

    assert [view[0] for view in views] == list(range(10))


def test_a_room_that_is_too_big_for_this_machine_is_a_memory_error() -> None:
    with pytest.raises(MemoryError):
        Rooms().room(1 << 62)


@pytest.mark.parametrize("size", [0, 10, BIG - 1, BIG])
def test_a_copy_stays_as_it_was(size: int) -> None:
    piece = bytearray(b"x" * size)
    copied = Rooms().copy(memoryview(piece))

    piece[:] = b"y" * size

    assert bytes(copied) == b"x" * size
    assert copied.readonly
