"""The gates of this project, in environments of their own.

``python3 .ci/check.py`` needs Python 3.11 or later with venv, and a network for the
first time. It makes ``.cache/env-3.x``, runs every gate even when one fails, then
the tests again under each other supported Python it finds. Gates named as
arguments run alone: ``python3 .ci/check.py ruff mypy``.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, final

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
LIMIT = 900
SUPPORTED = ((3, 11), (3, 12), (3, 13))
TYPED_TESTS = ("tests/leaks.py", "tests/faults", "--exclude=/faults/scenarios/")
TESTS = ("python", "-m", "pytest", "-q", "-n", "2")

Version: TypeAlias = tuple[int, int]
Verdict: TypeAlias = Literal["passed", "FAILED", "left out"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Commands that must all succeed, run in one environment."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    version: Version
    group: Literal["dev", "test"] = "dev"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a gate ended."""

    name: str
    verdict: Verdict
    seconds: float
    remark: str = ""


def gates(version: Version) -> tuple[Gate, ...]:
    """List the gates; the first interpreter reads the code and measures coverage.

    It runs everything; of what makes many processes the others have a part each.
    """
    first: dict[str, tuple[tuple[str, ...], ...]] = {
        "ruff": (("ruff", "check", "."),),
        "format": (("ruff", "format", "--check", "."),),
        "mypy": (("mypy",), ("mypy", "examples", ".ci/check.py", *TYPED_TESTS)),
        "pyright": (("pyright",),),
        "stubs": (
            (
                "python", "-m", "mypy.stubtest", "cloudpickle",
                "--ignore-missing-stub", "--mypy-config-file", "pyproject.toml",
            ),
        ),
        "imports": (("lint-imports", "--no-cache"),),
        "slots": (("python", "-m", "slotscheck", "-m", "fstream"),),
        _session(version): (
            ("coverage", "erase"),
            ("coverage", "run", *TESTS[1:], "-m", "not faults and not unmeasured"),
        ),
        # What makes processes by the hundred is not measured: each writes a file.
        "faults": ((*TESTS, "-m", "faults or unmeasured"),),
        "soak": (("python", "-m", "tests.soak", "--seconds", "30"),),
        "coverage": (
            ("coverage", "combine", "--quiet"),
            ("coverage", "report"),
        ),
    }  # fmt: skip
    others = [other for other in SUPPORTED if other != version]
    sessions = (
        Gate(
            name=_session(other),
            commands=(
                (
                    *TESTS,
                    "-m",
                    "not checkers and not many",
                    f"--share={n}/{len(SUPPORTED)}",
                ),
            ),
            version=other,
            group="test",
        )
        for n, other in enumerate(others, 1)
    )
    return (
        *(Gate(name=n, commands=c, version=version) for n, c in first.items()),
        *sessions,
    )


def main(names: list[str]) -> int:
    """Run the gates and say how each ended."""
    version = sys.version_info[:2]
    if version < SUPPORTED[0]:
        print("fstream needs Python 3.11 or later.")
        return 2
    chosen = [gate for gate in gates(version) if not names or gate.name in names]
    unknown = set(names) - {gate.name for gate in chosen}
    if unknown:
        print("No such gate:", ", ".join(sorted(unknown)))
        return 2
    # Who starts this behind him ignores them, and so would all that the tests start.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    findings = [_checked(gate) for gate in chosen]
    _summarize(findings, time.monotonic() - began)
    return int(any(finding.verdict == "FAILED" for finding in findings))


def _session(version: Version) -> str:
    return "python-" + ".".join(map(str, version))


def _summarize(findings: list[Finding], seconds: float) -> None:
    print("\n=== summary")
    for finding in findings:
        print(
            f"{finding.verdict:9}{finding.seconds:7.1f} s  {finding.name}",
            finding.remark,
        )
    passed = sum(finding.verdict == "passed" for finding in findings)
    failed = sum(finding.verdict == "FAILED" for finding in findings)
    skipped = len(findings) - passed - failed
    left_out = f", {skipped} left out" if skipped else ""
    print(f"{seconds:.0f} s in all, gates:")
    print(f"{passed} passed, {failed} failed{left_out}")


def _checked(gate: Gate) -> Finding:
    print(f"\n=== {gate.name}", flush=True)
    began = time.monotonic()
    verdict, remark = _verdict(gate)
    seconds = time.monotonic() - began
    print(f"--- {gate.name}: {verdict} {remark} ({seconds:.1f} s)", flush=True)
    return Finding(name=gate.name, verdict=verdict, seconds=seconds, remark=remark)


def _verdict(gate: Gate) -> tuple[Verdict, str]:
    python = _interpreter(gate.version)
    if python is None:
        version = ".".join(map(str, gate.version))
        return "left out", f"Python {version}: not found, session left out"
    environment = _environment(python, gate)
    if environment is None:
        return "FAILED", "(its environment could not be made)"
    for command in gate.commands:
        if not _succeeds([str(environment / "bin" / command[0]), *command[1:]]):
            return "FAILED", ""
    return "passed", ""


def _environment(python: str, gate: Gate) -> Path | None:
    """Make the environment, or take the one that was made from the same settings."""
    folder = CACHE / f"env-{gate.version[0]}.{gate.version[1]}"
    stamp = folder / "made-from"
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    parts = [settings[key] for key in ("build-system", "project", "dependency-groups")]
    wanted = hashlib.sha256(repr((python, gate.group, parts)).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder
    began = time.monotonic()
    pip = [str(folder / "bin" / "python"), "-m", "pip", "-qq", "install"]
    made = (
        _succeeds([python, "-m", "venv", "--clear", str(folder)])
        and _succeeds([*pip, "--upgrade", "pip>=25.1"])  # older ones know no groups
        and _succeeds([*pip, "--group", gate.group, "--editable", "."])
    )
    if not made:
        return None
    stamp.write_text(wanted)
    print(f"--- environment made ({time.monotonic() - began:.1f} s)", flush=True)
    return folder


def _succeeds(command: list[str]) -> bool:
    search = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])
    surroundings = os.environ | {
        "MYPYPATH": "typings",
        "PATH": search,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }
    # The caller's own environment must not leak into this one.
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        surroundings.pop(name, None)
    # A session of its own, so that what a command leaves running ends with it.
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings, start_new_session=True
    ) as process:
        try:
            return process.wait(LIMIT) == 0
        except subprocess.TimeoutExpired:
            print(f"--- ended after {LIMIT} seconds: {' '.join(command)}")
            return False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _interpreter(version: Version) -> str | None:
    """Find the interpreter of ``version`` that really is one."""
    return next(
        (path for path in _candidates(version) if _answers(path, version)), None
    )


def _candidates(version: Version) -> Iterator[str]:
    if sys.version_info[:2] == version:
        yield sys.executable
    name = f"python{version[0]}.{version[1]}"
    if found := shutil.which(name):
        yield found
    if pyenv := shutil.which("pyenv"):
        # Its shims fail for versions that are installed but not selected.
        yield from _pyenv_candidates(pyenv, name)


def _pyenv_candidates(pyenv: str, name: str) -> Iterator[str]:
    versions = _output([pyenv, "whence", name]).split()
    root = _output([pyenv, "root"]).strip()
    for installed in reversed(versions):
        yield str(Path(root) / "versions" / installed / "bin" / name)


def _answers(path: str, version: Version) -> bool:
    code = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    return _output([path, "-c", code]).split() == [str(part) for part in version]


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
