"""Pickles by value, of functions that workers cannot import.

Imports cloudpickle, so it is itself imported only when it is needed.
"""

import io
from types import CodeType
from typing import TypeAlias, final

import cloudpickle

from fstream.worker.shipped import code_in_file

_State: TypeAlias = tuple[dict[str, object], object]
_Reduced: TypeAlias = (
    tuple[object, object] | tuple[object, object, _State, None, None, object]
)
_NO_FILE = "<no file>"


def by_value(value: object) -> bytes:
    """Pickle ``value`` with all it takes; raises whatever its pickling raises."""
    written = io.BytesIO()
    _Telling(written, 5).dump(value)
    return written.getvalue()


@final
class _Telling(cloudpickle.Pickler):
    """Keeps what failures tell: files of functions, full names of classes."""

    def reducer_override(self, obj: object) -> _Reduced:
        """Add to what cloudpickle takes of ``obj`` what it leaves behind."""
        if isinstance(obj, CodeType) and obj.co_filename != _NO_FILE:
            bare = obj.replace(co_filename=_NO_FILE)
            return code_in_file, (bare, obj.co_filename)
        reduced = super().reducer_override(obj)
        match reduced:
            case (_, _, (attributes, _), _, _, _) if isinstance(obj, type):
                attributes["__qualname__"] = obj.__qualname__
            case _:
                pass
        return reduced
