"""The importable work functions of every workload."""

from time import sleep


def ident(x: object) -> object:
    """Return ``x``: all that is left to measure is the way there."""
    return x


def f1(x: int) -> int:
    """Add one."""
    return x + 1


def f2(x: int) -> int:
    """Multiply by three."""
    return 3 * x


def f3(x: int) -> int:
    """Subtract two."""
    return x - 2


def even(x: int) -> bool:
    """Tell whether ``x`` is even."""
    return x % 2 == 0


def rest_by_three(x: int) -> int:
    """Say what is left when ``x`` is divided by three."""
    return x % 3


def is_third(x: int) -> bool:
    """Tell whether ``x`` is a multiple of three."""
    return x % 3 == 0


def is_next(x: int) -> bool:
    """Tell whether ``x`` is one more than a multiple of three."""
    return x % 3 == 1


def bad(x: int) -> int:
    """Raise for one number in a hundred."""
    if x % 100 == 0:
        text = f"{x} is bad"
        raise ValueError(text)
    return x


def spin(x: int, k: int) -> int:
    """Compute ``k`` rounds of nothing useful: about 75 ns each."""
    for i in range(k):
        x = (x * 31 + i) & 0xFFFFFFF
    return x


def spin_2us(x: int) -> int:
    """Work for about 2 us."""
    return spin(x, 26)


def spin_20us(x: int) -> int:
    """Work for about 20 us."""
    return spin(x, 280)


def spin_200us(x: int) -> int:
    """Work for about 200 us."""
    return spin(x, 2800)


def twice_20us(x: int) -> int:
    """Do the work of two stages of 20 us each."""
    return spin_20us(spin_20us(x))


def nap(x: int) -> int:
    """Wait for 1 ms."""
    sleep(0.001)
    return x


def dict5(i: int) -> dict[str, object]:
    """Return a small record, as applications have them."""
    return {
        "id": i,
        "name": f"user-{i % 1000}",
        "score": i * 0.5,
        "tags": ["a", "b"],
        "ok": True,
    }
