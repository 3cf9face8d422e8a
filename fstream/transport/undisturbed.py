"""Moments that no signal may disturb."""

import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar, final

T = TypeVar("T")

_ASYNCHRONOUS = {
    signal.SIGALRM,
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGUSR2,
}


@final
class Undisturbed:
    """Puts off what handlers of the host would raise.

    Between the opening of a descriptor and the moment when somebody owns it there
    is a line of code; Ctrl-C comes there, too. Signals go to any thread that lets
    them, so threads of ours are undisturbed themselves but in users' functions.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> Self:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, _ASYNCHRONOUS)
        except BaseException:  # a handler that was due has raised
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
            raise
        return self

    def run(self, function: Callable[[], T]) -> T:
        """Call ``function`` as if it were not here."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
        try:
            return function()
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, _ASYNCHRONOUS)

    def __exit__(
        self,
        _cls: type[BaseException] | None,
        _exc: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
