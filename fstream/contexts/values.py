"""Pickles by value, of functions that workers cannot import.

Imports cloudpickle, so it is itself imported only when it is needed.
"""

import io
from types import CodeType
from typing import final

import cloudpickle

from fstream.worker.shipped import code_in_file

_NO_FILE = "<no file>"


def by_value(value: object) -> bytes:
    """Pickle ``value`` with all it takes; raises whatever its pickling raises."""
    written = io.BytesIO()
    _KeepingFiles(written, 5).dump(value)
    return written.getvalue()


@final
class _KeepingFiles(cloudpickle.Pickler):
    """Keeps the files of functions, which tracebacks name and cloudpickle drops."""

    def reducer_override(self, obj: object) -> object:
        """Add its file to a code object; what has none is left to cloudpickle."""
        if isinstance(obj, CodeType) and obj.co_filename != _NO_FILE:
            bare = obj.replace(co_filename=_NO_FILE)
            return code_in_file, (bare, obj.co_filename)
        return super().reducer_override(obj)
