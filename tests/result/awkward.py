"""Exceptions that break those who carry the exception object."""

# ruff: noqa: N818 - what is raised here is named for what is awkward about it

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Never


class TwoArguments(Exception):
    """The classic that pickles, and does not load."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class KeywordOnly(Exception):
    def __init__(self, text: str, *, code: int) -> None:
        super().__init__(text)
        self.code = code


class Prefixing(Exception):
    """Loads, but says something else each time."""

    def __init__(self, path: str, hint: str = "none") -> None:
        super().__init__(f"bad {path}")
        self.hint = hint


class Unpicklable(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class RaisingStr(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class RaisingRepr(Exception):
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class RecursingStr(Exception):
    def __str__(self) -> str:
        return str(self)


class ExitingStr(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class RaisingReduce(Exception):
    def __reduce__(self) -> Never:
        raise RuntimeError("no reduce")


class RaisingGetattr(Exception):
    def __getattr__(self, name: str) -> Never:
        raise RuntimeError(name)


class RaisingGetattribute(Exception):
    def __getattribute__(self, name: str) -> Never:
        raise RuntimeError(name)


class RecursingGetattr(Exception):
    def __getattr__(self, name: str) -> object:
        return getattr(self, name + "x")


class WrongStr(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]  # noqa: PLE0307


class Text(str):
    __slots__ = ()

    def __getitem__(self, key: object) -> Never:
        raise RuntimeError("no cut")


class StrOfSubclass(Exception):
    def __str__(self) -> str:
        return Text("text of a subclass")


class Odd(BaseException):
    pass


class Meta(type):
    def __hash__(cls) -> int:
        raise RuntimeError("no hash")

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError("no equality")

    def __getattribute__(cls, name: str) -> Never:
        raise RuntimeError(name)


class OfMeta(Exception, metaclass=Meta):
    pass


class Value(metaclass=Meta):
    pass


def local_class(item: object) -> Never:
    class Local(Exception):
        pass

    raise Local("inside")


def grouped(item: object) -> Never:
    group = ExceptionGroup(
        "several", [ValueError("first"), ExceptionGroup("inner", [KeyError("k")])]
    )
    group.add_note("a note\nof two lines")
    try:
        raise TypeError("context")
    except TypeError:
        raise group from OSError(2, "cause")


def wide_group(item: object) -> Never:
    raise ExceptionGroup("wide", [ValueError(n) for n in range(20)])


def huge_group(item: object) -> Never:
    raise ExceptionGroup("huge", [ValueError("x" * 5000) for _ in range(5000)])


def deep_group(item: object) -> Never:
    leaf: Exception = ValueError("leaf")
    for depth in range(100):
        leaf = ExceptionGroup(f"depth {depth}", [leaf])
    raise leaf


def caused(item: object) -> Never:
    try:
        int("x")
    except ValueError as exc:
        raise LookupError("outer") from exc


def during(item: object) -> Never:
    try:
        int("x")
    except ValueError:
        caused(item)


def hidden(item: object) -> Never:
    try:
        int("x")
    except ValueError:
        raise LookupError("alone") from None


def noted(item: object) -> Never:
    exc = ValueError("noted")
    exc.add_note("one")
    exc.add_note("")
    exc.add_note("three\nlines")
    raise exc


def many_notes(item: object) -> Never:
    exc = ValueError("noted")
    for n in range(100_000):
        exc.add_note(f"note {n} " + "x" * 100)
    raise exc


def wrong_notes(item: object) -> Never:
    exc = ValueError("noted")
    exc.__notes__ = 3  # type: ignore[assignment]
    raise exc


def notes_of_objects(item: object) -> Never:
    exc = ValueError("noted")
    exc.__notes__ = [RaisingStr(), 3]  # type: ignore[list-item]
    raise exc


def long_chain(item: object) -> Never:
    exc = ValueError("link")
    for n in range(10_000):
        further = ValueError(f"link {n}")
        further.__context__ = exc
        exc = further
    raise exc


def cyclic(item: object) -> Never:
    one, two = ValueError("one"), ValueError("two")
    one.__context__, two.__context__ = two, one
    one.__cause__ = two
    raise one


def self_caused(item: object) -> Never:
    exc = ValueError("me")
    raise exc from exc


def tangled(item: object) -> Never:
    """A chain of which each link is reached in two ways: 2 ** 50 paths."""
    exc = ValueError("end")
    for n in range(50):
        further = ValueError(f"link {n}")
        further.__cause__ = exc
        further.__context__ = exc.__context__ or exc
        exc = further
    raise exc


def huge_text(item: object) -> Never:
    raise ValueError("x" * 200_000_000)


def huge_list(item: object) -> Never:
    raise ValueError(list(range(5_000_000)), b"x" * 50_000_000)


def huge_key(item: object) -> Never:
    raise KeyError("k" * 50_000_000)


def recursion(item: object) -> Never:
    recursion(item)


def recursion_in_c(item: object) -> Never:
    cycle: list[object] = []
    cycle.append(cycle)
    json.dumps(cycle, check_circular=False)
    raise AssertionError


def surrogates(item: object) -> Never:
    raise ValueError("lone \ud800 half")


def syntax(item: object) -> Never:
    compile("x = 1\nif x\n    y = (2\n", "some.py", "exec")
    raise AssertionError


def indentation(item: object) -> Never:
    compile("if x:\ny\n", "some.py", "exec")
    raise AssertionError


def odd_syntax(item: object) -> Never:
    exc = SyntaxError("odd")
    exc.lineno = "three"  # type: ignore[assignment]
    exc.text = "x" * 10**6
    exc.offset = 5 * 10**5
    raise exc


def stop(item: object) -> Never:
    next(iter(()))
    raise AssertionError


def huge_name(item: object) -> Never:
    raise type("N" * 10**6, (ValueError,), {"__module__": 3})("named")


def dict_subclass(item: object) -> Never:
    class Sly(dict[str, object]):
        def get(self, *args: object) -> Never:
            raise RuntimeError("no get")

    exc = ValueError("sly")
    exc.__dict__ = Sly()
    raise exc


def big_number(item: object) -> Never:
    raise ValueError(10**5000)


def os_error(item: object) -> Never:
    Path("/nonexistent/file").read_text()
    raise AssertionError


def builtin(item: object) -> object:
    return int("x")


def _raising(make: Callable[[], BaseException]) -> Callable[[object], Never]:
    def inner(item: object) -> Never:
        raise make()

    return inner


PLAIN: dict[str, Callable[[object], object]] = {
    "value error": _raising(lambda: ValueError("plain")),
    "no arguments": _raising(ValueError),
    "two arguments": _raising(lambda: ValueError("two", 2)),
    "key error": _raising(lambda: KeyError("k")),
    "multi-line": _raising(lambda: ValueError("a\nb")),
    "not ascii": _raising(lambda: ValueError("é" * 50)),
    "builtin": builtin,
    "os error": os_error,
    "caused": caused,
    "during": during,
    "hidden": hidden,
    "noted": noted,
    "grouped": grouped,
    "wide group": wide_group,
    "local class": local_class,
    "syntax": syntax,
    "indentation": indentation,
    "stop": stop,
    "classic": _raising(lambda: TwoArguments(404, "gone")),
    "keyword-only": _raising(lambda: KeywordOnly("text", code=3)),
    "unpicklable": _raising(lambda: Unpicklable("lock")),
    "raising repr": _raising(lambda: RaisingRepr("r")),
    "raising reduce": _raising(lambda: RaisingReduce("r")),
    "prefixing": _raising(lambda: Prefixing("p")),
    "odd base": _raising(lambda: Odd("odd")),
    "exit": _raising(lambda: SystemExit(3)),
    "exit text": _raising(lambda: SystemExit("text")),
    "exit silent": _raising(SystemExit),
    "interrupt": _raising(KeyboardInterrupt),
    "generator exit": _raising(GeneratorExit),
    "unicode": _raising(lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")),
    "text of a subclass": _raising(StrOfSubclass),
}
"""Those whose traceback Python can print."""

NASTY: dict[str, Callable[[object], object]] = {
    "raising str": _raising(lambda: RaisingStr("s")),
    "recursing str": _raising(RecursingStr),
    "exiting str": _raising(ExitingStr),
    "raising getattr": _raising(lambda: RaisingGetattr("g")),
    "raising getattribute": _raising(lambda: RaisingGetattribute("g")),
    "recursing getattr": _raising(lambda: RecursingGetattr("g")),
    "wrong str": _raising(WrongStr),
    "exit object": _raising(lambda: SystemExit(RaisingRepr())),
    "many notes": many_notes,
    "wrong notes": wrong_notes,
    "notes of objects": notes_of_objects,
    "long chain": long_chain,
    "cyclic": cyclic,
    "self-caused": self_caused,
    "tangled": tangled,
    "huge text": huge_text,
    "huge list": huge_list,
    "huge key": huge_key,
    "huge group": huge_group,
    "deep group": deep_group,
    "recursion": recursion,
    "recursion in C": recursion_in_c,
    "surrogates": surrogates,
    "odd syntax": odd_syntax,
    "metaclass": _raising(lambda: OfMeta(Value())),
    "huge name": huge_name,
    "dict subclass": dict_subclass,
    "big number": big_number,
}
"""Those that break, or flood, whoever prints them."""

AWKWARD = {**PLAIN, **NASTY}
