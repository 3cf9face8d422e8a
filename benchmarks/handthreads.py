"""The limit of threads: two queues, and items that are put back into order.

Twice as many items as there are threads are out. That is all: no failures, no
chunks, no end before the end.
"""

from collections.abc import Callable
from collections.abc import Iterable
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def mapped_in_threads(
    fn: Callable[[A], B], items: Iterable[A], *, width: int
) -> list[B]:
    """Map ``fn`` over ``items`` in ``width`` threads, in order."""
    calls: SimpleQueue[tuple[int, A] | None] = SimpleQueue()
    done: SimpleQueue[tuple[int, B]] = SimpleQueue()

    def serve() -> None:
        while (call := calls.get()) is not None:
            done.put((call[0], fn(call[1])))

    threads = [Thread(target=serve) for _ in range(width)]
    for thread in threads:
        thread.start()
    results = _ordered(enumerate(items), calls, done, window=2 * width)
    for _ in threads:
        calls.put(None)
    for thread in threads:
        thread.join()
    return results


def _ordered(
    numbered: "enumerate[A]",
    calls: "SimpleQueue[tuple[int, A] | None]",
    done: "SimpleQueue[tuple[int, B]]",
    *,
    window: int,
) -> list[B]:
    early: dict[int, B] = {}
    out: list[B] = []
    sent = 0
    for call in numbered:
        calls.put(call)
        sent += 1
        if sent == window:
            break
    while len(out) < sent:
        number, result = done.get()
        early[number] = result
        while len(out) in early:
            out.append(early.pop(len(out)))
            call = next(numbered, None)
            if call is not None:
                calls.put(call)
                sent += 1
    return out
