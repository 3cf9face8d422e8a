"""What mypy and pyright say about programs, written behind their statements.

``python tests/typing/checkers.py`` writes it anew; read the difference before
you keep it.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REJECTED = tuple(sorted((HERE / "rejected").glob("*.py")))
ACCEPTED = tuple(sorted((HERE / "accepted").glob("*.py")))
WRITTEN = re.compile(r"# (?P<checker>mypy|pyright)\[|#     ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One complaint of one checker."""

    file: Path
    line: int
    checker: str
    rule: str
    text: str

    def __str__(self) -> str:
        first, *rest = f"{self.checker}[{self.rule}]: {self.text}".splitlines()
        return "\n".join([f"# {first}", *(f"#     {line.strip()}" for line in rest)])


def mypy(files: Iterable[Path]) -> list[Message]:
    """Ask mypy, with the project's settings."""
    said = _run("mypy", "--output=json", *map(str, files))
    return [
        Message(
            file=(ROOT / found["file"]).resolve(),
            line=found["line"],
            checker="mypy",
            rule=found["code"] or found["severity"],
            text=found["message"],
        )
        for found in map(json.loads, said.splitlines())
    ]


def pyright(files: Iterable[Path]) -> list[Message]:
    """Ask pyright, with the project's settings: it reads both folders at once."""
    said = _run("pyright", "--outputjson", "--project", str(HERE))
    found_in = set(files)
    return [
        Message(
            file=Path(found["file"]).resolve(),
            line=found["range"]["start"]["line"] + 1,
            checker="pyright",
            rule=found.get("rule", found["severity"]),
            text=found["message"].replace("\N{NO-BREAK SPACE}", " "),
        )
        for found in json.loads(said)["generalDiagnostics"]
        if Path(found["file"]).resolve() in found_in
    ]


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout


def written(program: str, messages: Iterable[Message]) -> str:
    """Give ``program`` with ``messages`` behind the statements they are about."""
    ends = {statement.end_lineno: statement for statement in ast.parse(program).body}
    said = sorted(messages, key=lambda message: (message.checker, message.line))
    lines: list[str] = []
    for number, line in enumerate(program.splitlines(), 1):
        if WRITTEN.match(line):
            continue
        lines.append(line)
        if number in ends:
            about = range(ends[number].lineno, number + 1)
            lines += [str(message) for message in said if message.line in about]
    return "\n".join(lines) + "\n"


def messages(files: Iterable[Path]) -> list[Message]:
    """Ask both checkers, each once."""
    return [*mypy(files), *pyright(files)]


def _rewrite() -> None:
    said = messages(REJECTED)
    for file in REJECTED:
        about = [message for message in said if message.file == file]
        file.write_text(written(file.read_text(), about))


if __name__ == "__main__":
    _rewrite()
