"""The setting of a worker, taken over from its parent.

It is that of the moment when the run began: where modules are looked for, the
working directory, the environment, the arguments, and the mask of new files.
Everything else that a process has, such as its limits, is as it was when the
program first started a worker.
"""

import os
import re
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import final

from fstream.transport.undisturbed import Undisturbed
from fstream.worker.filters import Filter
from fstream.worker.filters import current_filters
from fstream.worker.filters import take_over


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What user code of a process can see round it."""

    path: tuple[str, ...]
    folder: str | None
    environment: Mapping[str, str]
    arguments: tuple[str, ...]
    main_file: str | None
    filters: tuple[Filter, ...]
    umask: int | None
    depth: int


@final
class _Here:
    """How deep this process stands: 0 is the program, 1 its workers."""

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth = 0


_here = _Here()


def depth() -> int:
    """Tell how many workers stand between the program and this process."""
    return _here.depth


def go_deeper() -> None:
    """Take notice that this process has become a worker of what it was."""
    _here.depth += 1


def current_setting() -> Setting:
    """Give the setting of this process, for its workers."""
    main_file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Setting(
        path=tuple(sys.path),
        folder=_folder(),
        environment=dict(os.environ),
        arguments=tuple(sys.argv),
        main_file=main_file if isinstance(main_file, str) else None,
        filters=current_filters(),
        umask=_umask(),
        depth=_here.depth + 1,
    )


def settle(setting: Setting) -> None:
    """Make ``setting`` that of this process, with a new, empty ``__main__``."""
    sys.path[:] = setting.path
    sys.argv[:] = setting.arguments
    if os.environ != setting.environment:
        os.environ.clear()
        os.environ.update(setting.environment)
        time.tzset()
    _here.depth = setting.depth
    if setting.umask is not None:
        os.umask(setting.umask)
    if setting.folder is not None:
        with suppress(OSError):
            os.chdir(setting.folder)
    take_over(setting.filters)
    main = ModuleType("__main__")
    if setting.main_file is not None:
        main.__file__ = setting.main_file
    sys.modules["__main__"] = main
    # What finders remember of folders is old; ``importlib.invalidate_caches`` would
    # import half of the library in some versions.
    sys.path_importer_cache.clear()


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # text crosses, no path is needed
    except OSError:
        return None


def _umask() -> int | None:
    """Look it up: to ask the system for it would change it for all threads."""
    try:
        with Undisturbed():
            status = Path("/proc/self/status").read_bytes()
    except OSError:
        return None
    found = re.search(rb"^Umask:\s*([0-7]+)", status, re.MULTILINE)
    return int(found[1], 8) if found else None
