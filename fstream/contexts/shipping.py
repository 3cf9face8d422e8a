"""The shipping of segments to workers, as one pickle.

Functions go by reference where a worker can import them. What is defined in
``__main__`` goes by value, and ``__main__``'s classes with it. Plain pickle is
tried first, because it needs no import of cloudpickle in every worker.
"""

import io
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import FunctionType
from types import ModuleType
from typing import final

from fstream.compiler.program import Branch
from fstream.compiler.program import Leaf
from fstream.compiler.program import Op
from fstream.compiler.program import Segment
from fstream.compiler.shape import parts
from fstream.contexts.refusal import culprit
from fstream.result.capture import kind_of
from fstream.result.capture import message_of
from fstream.transport.codec import Payload
from fstream.worker.allowed import why_no_workers
from fstream.worker.shipped import Shipped


def ship(segments: tuple[Segment, ...]) -> Payload:
    """Pickle ``segments`` for a worker; raises where ``unshippable`` has a reason."""
    classes = _classes_of_main()
    try:
        return Payload(_dumps(Shipped(segments, classes)), ())
    except Exception:  # noqa: BLE001  # pickling runs user code
        able = {name: cls for name, cls in classes.items() if _why_not(cls) is None}
    return Payload(_dumps(Shipped(segments, able)), ())


def unshippable(segment: Segment) -> tuple[str, ...]:
    """Tell all reasons why a worker process cannot be given ``segment``."""
    homeless = why_no_workers()
    if homeless is not None:
        return (f"stages cannot run in {segment.context!r}: {homeless}",)
    whole = _why_not(segment)
    if whole is None:
        return ()
    labels = dict(zip(segment.stages, segment.labels, strict=True))
    reasons = ((labels[n], _reason(piece)) for n, piece in _pieces(segment.op))
    return tuple(
        f"{label.name} ({label.site}) cannot run in {segment.context!r}:"
        f" its function cannot be pickled: {reason}"
        for label, reason in reasons
        if reason is not None
    ) or (f"stages cannot run in {segment.context!r}: {whole}",)


def _reason(piece: object) -> str | None:
    why = _why_not(piece)
    if why is None:
        return None
    with suppress(Exception):  # users' objects are looked into
        inner = culprit(piece, lambda part: _why_not(part) is not None)
        return why if inner is None else f"{why} ({inner})"
    return why


def _why_not(value: object) -> str | None:
    try:
        _dumps(value)
    except Exception as exc:  # noqa: BLE001  # pickling runs user code
        return f"{kind_of(type(exc))}: {message_of(exc)}"
    return None


def _pieces(op: Op) -> Iterator[tuple[int, object]]:
    if isinstance(op, Leaf):
        yield op.number, op.node
    if isinstance(op, Branch):
        yield op.number, op.tests
    for part in parts(op):
        yield from _pieces(part)


def _classes_of_main() -> dict[str, type]:
    main: ModuleType | None = sys.modules.get("__main__")
    found: dict[str, object] = {} if main is None else dict(vars(main))
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type)
        and value.__module__ == "__main__"
        and value.__qualname__ == name
    }


def _dumps(value: object) -> bytes:
    written = io.BytesIO()
    try:
        _Referring(written, 5).dump(value)
    except Exception:  # noqa: BLE001  # whatever it is: it must go by value
        return _by_value(value)
    return written.getvalue()


def _by_value(value: object) -> bytes:
    from fstream.contexts.values import by_value  # noqa: PLC0415  # 20 ms, rarely used

    return by_value(value)


class _MustGoByValue(Exception):  # noqa: N818  # it never leaves this module
    """A reference to ``__main__`` means nothing in a worker."""


@final
class _Referring(pickle.Pickler):
    """Pickles functions by reference, and refuses those of ``__main__``."""

    __slots__ = ()

    def persistent_id(self, obj: object) -> None:
        """Look at what is going to be pickled, maybe by its name."""
        if isinstance(obj, FunctionType | type) and obj.__module__ == "__main__":
            raise _MustGoByValue
