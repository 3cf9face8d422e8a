"""Results that stay as a worker encoded them until somebody looks at them."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Never, TypeAlias, cast, final, overload

from fstream.result.captured import Details
from fstream.transport.codec import Payload
from fstream.transport.codec import decode
from fstream.transport.frame import Frame
from fstream.worker.blame import glimpse_outside
from fstream.worker.saved import saved_items


@final
class Unloaded:
    """Takes the place of an item that does not load here; it cannot go on, either."""

    __slots__ = ("cause",)

    def __init__(self, cause: Details) -> None:
        self.cause = cause

    def __repr__(self) -> str:
        return "<an item that does not load>"

    def __reduce__(self) -> Never:
        raise TypeError(repr(self))


@final
class Sealed(Sequence[object]):
    """The items in a frame, of which only the number is known before one is asked for.

    They go on to other workers as they are. What does not load is ``Unloaded``.
    """

    __slots__ = ("_frame", "_length", "_opened")

    def __init__(self, frame: Frame, length: int) -> None:
        self._frame = frame
        self._length = length
        self._opened: list[object] | None = None

    def payload(self) -> Payload:
        """Give the items as they came."""
        buffers = (memoryview(each) for each in self._frame.buffers)
        return Payload(bytes(self._frame.body), tuple(buffers))

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: "_Slice") -> list[object]: ...
    def __getitem__(self, index: "int | _Slice") -> object:
        """Decode all, and give what is at ``index``."""
        return self._items()[index]

    def __iter__(self) -> Iterator[object]:
        """Decode all."""
        return iter(self._items())

    def _items(self) -> list[object]:
        if self._opened is None:
            self._opened = _opened(self._frame, self._length)
        return self._opened


_Slice: TypeAlias = "slice[int | None, int | None, int | None]"


def _opened(frame: Frame, length: int) -> list[object]:
    try:
        return cast("list[object]", decode(frame.body, frame.buffers))
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001  # loading runs user code
        whole = glimpse_outside(exc, None).details()
    try:
        saved = saved_items(frame)
    except ValueError:
        return [Unloaded(whole)] * length
    loaded = iter(saved.items)
    causes = saved.causes
    return [Unloaded(causes[n]) if n in causes else next(loaded) for n in range(length)]
