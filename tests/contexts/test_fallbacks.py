"""What the system refuses is done without: pidfds, files in memory, workers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from errno import EMFILE
from errno import ENOSYS
from pathlib import Path

import pytest

from fstream import Success
from fstream import map_stage
from fstream import processes
from fstream import source
from fstream import stream
from fstream.contexts import processes as module
from fstream.contexts.remote import Remote
from fstream.worker import kin
from fstream.worker.lifeline import Session
from fstream.worker.recorder import new_page
from fstream.worker.vigil import Vigil


def refused(*_: object, **__: object) -> int:
    raise OSError(ENOSYS, os.strerror(ENOSYS))


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-S", "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as program:
        yield program
        program.kill()


@pytest.mark.parametrize("has_pidfds", [True, False])
def test_the_end_of_a_program_is_seen_with_pidfds_or_without(
    child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, *, has_pidfds: bool
) -> None:
    if not has_pidfds:
        monkeypatch.setattr(os, "pidfd_open", refused)
    vigil = Vigil(child.pid)

    assert not vigil.is_over()
    child.kill()
    child.wait()
    assert vigil.is_over()
    assert (vigil.patience is None) == has_pidfds
    vigil.close()


def test_a_program_that_is_gone_cannot_be_watched(
    child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pidfd_open", refused)
    child.kill()
    child.wait()

    with pytest.raises(ProcessLookupError):
        Vigil(child.pid)


def test_the_number_of_a_program_that_is_another_by_now_is_told(
    child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "pidfd_open", refused)
    vigil = Vigil(child.pid)

    monkeypatch.setattr("fstream.worker.vigil.birth", lambda pid: "later")

    assert vigil.is_over()


def test_children_are_found_where_the_kernel_lists_none(
    child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_text = Path.read_text

    def read(path: Path, *arguments: str, **options: str) -> str:
        if path.name == "children":
            raise FileNotFoundError(path)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", read)

    assert child.pid in kin._children()


def test_pages_are_nameless_files_where_memory_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "memfd_create", refused)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    page = new_page()

    assert os.fstat(page.number).st_mode & 0o7777 == 0o600
    assert list(tmp_path.iterdir()) == []
    page.close()


def test_where_no_file_can_be_made_the_refusal_is_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "memfd_create", refused)
    monkeypatch.setattr(os, "open", refused)

    with pytest.raises(OSError, match="not implemented"):
        new_page()


def test_where_no_worker_can_be_started_each_item_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> Remote:
        raise OSError(EMFILE, os.strerror(EMFILE))

    monkeypatch.setattr(module, "Remote", full)
    outcomes = [*stream(source([1, 2]).via(map_stage(abs)), on=processes(2))]

    failures = [outcome.failure() for outcome in outcomes]
    assert [error.index for error in failures] == [0, 1]
    assert {error.step for error in failures} == {"open"}
    assert {error.kind for error in failures} == {"OSError"}
    assert all("Too many open files" in error.message for error in failures)


def test_one_worker_does_it_all_where_a_second_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def one(number: int, session: Session, *, limit: int) -> Remote:
        if number:
            raise OSError(EMFILE, os.strerror(EMFILE))
        return Remote(number, session, limit=limit)

    monkeypatch.setattr(module, "Remote", one)
    items = source(range(300)).via(map_stage(abs))
    with pytest.warns(RuntimeWarning, match=r"more workers than 1: Too many") as caught:
        outcomes = [*stream(items, on=processes(4))]

    assert outcomes == [Success(n) for n in range(300)]
    assert len(caught) == 1
