"""The setting of a worker, taken over from its parent."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import final

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


def current_setting() -> Setting:
    """Give the setting of this process."""
    main_file = getattr(sys.modules.get("__main__"), "__file__", None)
    return Setting(
        path=tuple(sys.path),
        folder=_folder(),
        environment=dict(os.environ),
        arguments=tuple(sys.argv),
        main_file=main_file if isinstance(main_file, str) else None,
        filters=current_filters(),
    )


def settle(setting: Setting) -> None:
    """Make ``setting`` that of this process, with a new, empty ``__main__``."""
    sys.path[:] = setting.path
    sys.argv[:] = setting.arguments
    if os.environ != setting.environment:
        os.environ.clear()
        os.environ.update(setting.environment)
        time.tzset()
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
