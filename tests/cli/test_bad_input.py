"""Bad input gets one clear sentence, exit code 2, and nothing is run for it."""

from pathlib import Path

import pytest

from tests.cli.command import fstream

FORMS = "module:attribute or file.py:attribute"
NO_NAME = "cannot be imported by its name; write NAME.py:plan"
CONTEXTS = (
    "is no context; write inline, threads:N, forks:N or processes:N with a whole"
    " number N of at least 1"
)
TOLERANCES = (
    "is no tolerance; write a number of failures such as 20, or a share of the items"
    " such as 0.5% or 1/200, at most 100%"
)
PLANS = """
import threading

from fstream import *

print("imported")
number = 3
stage = map_stage(str)
begin = source([1])
end = collect()
plan = begin >> stage >> end
other = begin >> end


class Holder:
    plan = plan


def function():
    return plan


def locked():
    lock = threading.Lock()
    return lambda n: lock


invalid = begin.via(map_stage(locked(), on=processes(1))).to(end)
twice_invalid = (
    begin.via(map_stage(locked(), on=processes(1), name="first"))
    .via(map_stage(print))
    .via(map_stage(locked(), on=processes(2), name="second"))
    .to(end)
)
"""
FILES = {
    "plans.py": PLANS,
    "helped.py": "import helper\n",
    "helper.py": "def help():\n    return {}['key']\n\nhelp()\n",
    "lost.py": "import nowhere\n",
    "unread.py": "\n\nplan = (\n",
    "leaving.py": "import sys\n\nsys.exit(3)\n",
    "quoting.py": "import json\n\njson.loads('{')\n",
    "lined.py": "raise ValueError('one\\n  two')\n",
    "unprintable.py": (
        "class Odd(Exception):\n"
        "    def __str__(self):\n"
        "        raise OSError\n\n"
        "raise Odd\n"
    ),
    "mistaken.py": "from fstream import *\n\nplan = source([1]) >> 3\n",
    "empty.py": "",
    "inside/json.py": "plan = 3\n",
    "two.dots.py": "plan = 3\n",
    "notes.txt": "plan = 3\n",
}
HINT = "its plans are: plan, other, invalid, twice_invalid"

# By what is written after ``fstream``: the sentence.
COMMAND_LINES = {
    "": "the following arguments are required: COMMAND",
    "run": "the following arguments are required: TARGET",
    "walk": "argument COMMAND: invalid choice: 'walk' (choose from ",
    "run plans:plan --often": "unrecognized arguments: --often",
    "run plans:plan --on": "argument --on: expected one argument",
}
OPTIONS = {
    "--on bogus": f"argument --on: 'bogus' {CONTEXTS}",
    "--tolerate -1": f"argument --tolerate: '-1' {TOLERANCES}",
}
UNKNOWN = {
    "plan": f"the target 'plan' names no plan; write {FORMS}",
    "plans:": f"the target 'plans:' names no plan; write {FORMS}",
    ":plan": f"the target ':plan' names no plan; write {FORMS}",
    "nowhere:plan": "No module named 'nowhere'",
    "nowhere.deep:plan": "No module named 'nowhere'",
    "not-a-name:plan": "'not-a-name' is no name of a module",
    "nowhere.py:plan": "there is no file nowhere.py",
    "./notes.txt:plan": f"notes.txt {NO_NAME}",
    "two.dots.py:plan": f"two.dots.py {NO_NAME}",
    "x" * 5000 + ".py:plan": f"there is no file {'x' * 5000}.py",
    "empty.py:plan": "empty.py has no attribute 'plan'; it has no plans",
}
NOT_IMPORTED = {
    "helped.py": "KeyError: 'key' ({folder}/helper.py, line 2)",
    "lost.py": (
        "ModuleNotFoundError: No module named 'nowhere' ({folder}/lost.py, line 1)"
    ),
    "unread.py": "SyntaxError: '(' was never closed (unread.py, line 3)",
    "leaving.py": "SystemExit: 3 ({folder}/leaving.py, line 3)",
    "lined.py": "ValueError: one two ({folder}/lined.py, line 1)",
    "unprintable.py": (
        "unprintable.Odd: <unprintable> ({folder}/unprintable.py, line 5)"
    ),
    "mistaken.py": (
        "TypeError: the right side of >> must be a Stage or a Sink, but got 3"
        " ({folder}/mistaken.py, line 3)"
    ),
}
NO_PLANS = {
    "Holder.nothing": f"plans.py has no attribute 'Holder.nothing'; {HINT}",
    "number": "plans.py:number is no plan but of class int: 3",
    "stage": (
        "plans.py:stage is no plan but a stage; put a source before it and end it"
        " with a sink"
    ),
    "begin": (
        "plans.py:begin is no plan but a source; end it with a sink, as in"
        " .to(collect())"
    ),
    "end": (
        "plans.py:end is no plan but a sink; put a source before it, as in"
        " source(items).to(sink)"
    ),
    "function": (
        "plans.py:function is no plan but a function; give its result a name in the"
        " module"
    ),
    "Holder": "plans.py:Holder is no plan but the class Holder",
    "threading": "plans.py:threading is no plan but a module",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with good and bad files."""
    made = tmp_path_factory.mktemp("bad-input")
    (made / "inside").mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text)
    return made


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_wrong_command_line_is_told(line: str, folder: Path) -> None:
    done = fstream(*line.split(), folder=folder)

    assert done.returncode == 2
    assert done.stderr.startswith(f"fstream: {COMMAND_LINES[line]}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("option", OPTIONS)
def test_a_wrong_option_is_told_before_the_target_is_imported(
    option: str, folder: Path
) -> None:
    done = fstream("run", "plans:plan", *option.split(), folder=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fstream: {OPTIONS[option]}\n"


@pytest.mark.parametrize("target", UNKNOWN, ids=lambda target: target[:20])
def test_an_unknown_target_is_told(target: str, folder: Path) -> None:
    done = fstream("run", target, folder=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fstream: {UNKNOWN[target]}\n"


@pytest.mark.parametrize("file", NOT_IMPORTED)
def test_a_file_that_fails_on_import_is_told_with_its_error_and_line(
    file: str, folder: Path
) -> None:
    done = fstream("run", f"{file}:plan", folder=folder)

    sentence = NOT_IMPORTED[file].format(folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fstream: {file} could not be imported: {sentence}\n"


def test_a_module_that_fails_on_import_is_told_by_the_users_own_line(
    folder: Path,
) -> None:
    done = fstream("run", "quoting:plan", folder=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "fstream: module quoting could not be imported: json.decoder.JSONDecodeError: "
    )
    assert done.stderr.endswith(f" ({folder}/quoting.py, line 3)\n")


@pytest.mark.parametrize("name", NO_PLANS)
def test_an_attribute_that_is_missing_or_no_plan_is_told(
    name: str, folder: Path
) -> None:
    done = fstream("run", f"plans.py:{name}", folder=folder)

    assert (done.returncode, done.stdout) == (2, "imported\n")
    assert done.stderr == f"fstream: {NO_PLANS[name]}\n"


def test_a_file_whose_name_means_another_module_is_told(folder: Path) -> None:
    done = fstream("run", "inside/json.py:plan", folder=folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "fstream: inside/json.py cannot be imported, because its name already means"
        " 'json', "
    )
    assert done.stderr.endswith("/json/__init__.py; rename it\n")


def test_an_invalid_plan_is_told_with_its_reason(folder: Path) -> None:
    done = fstream("run", "plans.py:invalid", folder=folder)

    assert (done.returncode, done.stdout) == (2, "imported\n")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(
        f"fstream: the plan is invalid: <lambda> ({folder}/plans.py:28) cannot run in"
        " processes(1): its function cannot be pickled: TypeError: cannot pickle"
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_invalid_plan_is_told_with_all_its_reasons(form: str, folder: Path) -> None:
    options = ["--json"] if form == "json" else []

    done = fstream("run", "plans.py:twice_invalid", *options, folder=folder)

    told = done.stderr.removeprefix("imported\n").splitlines()
    assert done.returncode == 2
    assert done.stdout.removeprefix("imported\n") == ""
    assert told[0] == "fstream: the plan is invalid, for 2 reasons:"
    assert told[1].startswith(f"  - first ({folder}/plans.py:30) cannot run in")
    assert told[2].startswith(f"  - second ({folder}/plans.py:32) cannot run in")
    assert len(told) == 3
