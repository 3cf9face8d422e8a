"""Targets: plans named on the command line.

What is wrong with a target is answered as one sentence.
"""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from typing_extensions import TypeIs

from fstream.plan.typed import Plan
from fstream.plan.typed import Sink
from fstream.plan.typed import Source
from fstream.plan.typed import Stage
from fstream.result.captured import Captured
from fstream.result.captured import capture
from fstream.result.outcome import Failure
from fstream.result.outcome import Success
from fstream.result.printable import clip
from fstream.result.printable import short_repr

AnyPlan: TypeAlias = Plan[object, object]

_LONGEST = 1_000
_MISSING = object()
_OWN_FOLDER = str(Path(__file__).parent.parent)


def load(target: str) -> Success[AnyPlan] | Failure[str]:
    """Import the plan that ``module:attribute`` or ``file.py:attribute`` names.

    A file's folder, or the current folder for a module, goes first on
    ``sys.path``; workers take that over.
    """
    place, _, name = target.rpartition(":")
    if not place or not name:
        forms = "module:attribute or file.py:attribute"
        return Failure(f"the target {target!r} names no plan; write {forms}")
    is_file = place.endswith(".py") or "/" in place
    found = _of_file(Path(place)) if is_file else _of_module(place)
    match found:
        case Success(module):
            return _plan_of(module, name, place)
        case Failure(_):
            return found


def _of_file(file: Path) -> Success[ModuleType] | Failure[str]:
    if not os.path.isfile(file):  # noqa: PTH113 - Path raises for names too long
        return Failure(f"there is no file {file}")
    if file.suffix != ".py" or "." in file.stem:
        return Failure(f"{file} cannot be imported by its name; write NAME.py:plan")
    folder = file.parent.resolve()
    sys.path.insert(0, str(folder))
    match _imported(file.stem, str(file), folder):
        case Success(module) if not _is_from(module, file):
            other = getattr(module, "__file__", None) or "a part of Python"
            text = f"its name already means {file.stem!r}, {other}"
            return Failure(f"{file} cannot be imported, because {text}; rename it")
        case found:
            return found


def _is_from(module: ModuleType, file: Path) -> bool:
    own = getattr(module, "__file__", None)
    return isinstance(own, str) and Path(own).exists() and file.samefile(own)


def _of_module(name: str) -> Success[ModuleType] | Failure[str]:
    if not all(part.isidentifier() for part in name.split(".")):
        return Failure(f"{name!r} is no name of a module")
    folder = Path.cwd()
    if not sys.flags.safe_path:
        sys.path.insert(0, str(folder))
    return _imported(name, f"module {name}", folder)


def _imported(
    name: str, place: str, folder: Path
) -> Success[ModuleType] | Failure[str]:
    try:
        return Success(importlib.import_module(name))
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001 - the user's module runs here
        if isinstance(exc, ModuleNotFoundError) and f"{name}.".startswith(
            f"{exc.name}."
        ):
            return Failure(str(exc))
        error = capture(exc)
        where = "" if isinstance(exc, SyntaxError) else _where(error, str(folder))
        text = clip(" ".join(error.headline.split()), _LONGEST)
        return Failure(f"{place} could not be imported: {text}{where}")


def _where(error: Captured, folder: str) -> str:
    """The innermost line of the user's that raised ``error``, if there is one."""
    frames = [
        frame
        for frame in error.frames
        if not frame.file.startswith(("<frozen ", _OWN_FOLDER))
        and frame.file != importlib.__file__
    ]
    near = [frame for frame in frames if frame.file.startswith(folder)] or frames
    return f" ({near[-1].file}, line {near[-1].line})" if near else ""


def _plan_of(
    module: ModuleType, name: str, place: str
) -> Success[AnyPlan] | Failure[str]:
    value: object = module
    for part in name.split("."):
        value = getattr(value, part, _MISSING)
    if value is _MISSING:
        return Failure(f"{place} has no attribute {name!r}; {_plans_in(module)}")
    if not _is_plan(value):
        return Failure(f"{place}:{name} is no plan but {_told(value)}")
    return Success(value)


def _plans_in(module: ModuleType) -> str:
    names = [name for name, value in vars(module).items() if _is_plan(value)]
    return f"its plans are: {', '.join(names)}" if names else "it has no plans"


def _told(value: object) -> str:
    match value:
        case Source():
            return "a source; end it with a sink, as in .to(collect())"
        case Stage():
            return "a stage; put a source before it and end it with a sink"
        case Sink():
            return "a sink; put a source before it, as in source(items).to(sink)"
        case ModuleType():
            return "a module"
        case type():
            return f"the class {value.__qualname__}"
        case _ if callable(value):
            return "a function; give its result a name in the module"
        case _:
            return f"of class {type(value).__qualname__}: {short_repr(value, 100)}"


def _is_plan(value: object) -> TypeIs[AnyPlan]:
    return isinstance(value, Plan)
