"""The driver finds each kind of thing that may go wrong with a scenario."""

import pytest

from tests.faults.client import Driver


def test_a_scenario_that_does_nothing_is_good(bad_driver: Driver) -> None:
    found = bad_driver.examine("fine", "inline")

    assert (found.wrong, found.stdout, found.stderr) == ((), "", "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("is_wrong", ("ended with 1", "assert 1 + 1 == 3")),
        ("hangs", ("hangs", "in hangs\n", "in _wait_elsewhere\n")),
        ("says_something", ("something on stderr",)),
        ("warns", ("ended with 1", "UserWarning: so what")),
        ("forgets_a_file", ("something on stderr", "ResourceWarning")),
        ("dies", ("ended with -9",)),
        ("exits", ("ended with 3",)),
        ("leaves_a_descriptor", ("ended with 1", "left behind: descriptor")),
        ("leaves_a_thread", ("ended with 1", "left behind: thread stuck")),
        ("leaves_a_handler", ("ended with 1", "handler of signal 10")),
        ("leaves_a_folder", ("ended with 1", "working directory")),
        ("leaves_a_variable", ("ended with 1", "environment")),
        ("leaves_a_mask", ("ended with 1", "umask")),
        ("leaves_a_temporary_file", ("temporary file tmp",)),
    ],
)
def test_the_driver_finds(
    bad_driver: Driver, name: str, words: tuple[str, ...]
) -> None:
    found = bad_driver.examine(name, "inline")

    assert found.wrong
    assert [word for word in words if word not in str(found)] == []


def test_the_stacks_of_workers_are_dumped_too(bad_driver: Driver) -> None:
    found = bad_driver.examine("hangs_in_a_worker", "processes")

    assert "in hangs_in_a_worker" in found.stderr
    assert any("in hang_there" in text for text in found.wrong)


def test_only_the_noise_that_was_declared_may_be_heard(bad_driver: Driver) -> None:
    found = bad_driver.examine("says_something", "inline")

    assert found.stderr == "something\nexpected 7\n"
    assert found.wrong == ("something on stderr",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaves_a_child", "left behind: process"),
        ("leaves_an_orphan", "(sleep 600)"),
        ("hangs_with_signals_blocked", "ended with -9"),
    ],
)
def test_the_driver_finds_and_ends_whoever_stays(
    bad_driver: Driver, name: str, words: str
) -> None:
    found = bad_driver.examine(name, "inline")

    assert words in str(found)
    assert bad_driver.examine("fine", "inline").wrong == ()
