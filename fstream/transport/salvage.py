"""What can be saved of a pickle that does not load as a whole.

``pickle`` stops at the first object whose loading raises. Here such an object is
*spoilt*, with everything that holds it, and the rest is loaded all the same. Users'
code is never given what is spoilt.

It is slow, and loads again what had been loaded: for pickles that have failed.
"""

import io
import pickletools
from collections.abc import Callable
from collections.abc import Iterable
from typing import final

from fstream.transport import unpickling
from fstream.transport.frame import Bytes

_ATOMS: frozenset[type] = frozenset({int, float, bool, str, bytes, type(None)})
_LITERALS = frozenset(
    {
        *("BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT"),
        *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
        *("SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)


@final
class Salvage:
    """What was loaded, and what of it is spoilt; keeps all of it alive."""

    __slots__ = ("_causes", "_holders", "_kept", "value")

    def __init__(self) -> None:
        self.value: object = None
        self._causes: dict[int, BaseException] = {}
        self._holders: dict[int, list[object]] = {}
        self._kept: list[object] = []

    def cause_of(self, part: object) -> BaseException | None:
        """Tell what spoilt ``part``, an object that was loaded here."""
        return self._causes.get(id(part))

    def spoil(self, part: object, cause: BaseException) -> None:
        """Note that ``part``, and all that holds it, means nothing."""
        waiting = [part]
        while waiting:
            each = waiting.pop()
            if id(each) not in self._causes and type(each) not in _ATOMS:
                self._kept.append(each)
                self._causes[id(each)] = cause
                waiting += self._holders.pop(id(each), ())

    def hold(self, holder: object, parts: Iterable[object]) -> None:
        """Note that ``parts`` belong to ``holder``, now or in the end."""
        for part in parts:
            if type(part) in _ATOMS:
                continue
            cause = self.cause_of(part)
            if cause is not None:
                self.spoil(holder, cause)
            else:
                self._kept.append(part)
                self._holders.setdefault(id(part), []).append(holder)


def salvage(
    body: Bytes,
    buffers: Iterable[Bytes] = (),
    *,
    through: tuple[type[BaseException], ...] = (),
) -> Salvage:
    """Load what can be loaded of ``body``; exceptions ``through`` are raised.

    So is ``ValueError`` where the bytes are no pickle of ``codec.encode``.
    """
    machine = _Machine(buffers, through)
    for op, argument, _ in pickletools.genops(io.BytesIO(body)):
        machine.step(op.name, argument)
    return machine.finished()


@final
class _Spoilt:
    """Stands where an object could not be made."""

    __slots__ = ()


@final
class _Machine:
    """The machine that pickles are programs of."""

    __slots__ = ("_buffers", "_marks", "_memo", "_saved", "_stack", "_through")

    def __init__(
        self, buffers: Iterable[Bytes], through: tuple[type[BaseException], ...]
    ) -> None:
        self._buffers = iter(buffers)
        self._marks: list[list[object]] = []
        self._memo: dict[object, object] = {}
        self._saved = Salvage()
        self._stack: list[object] = []
        self._through = through

    def finished(self) -> Salvage:
        self._saved.value = self._stack.pop()
        return self._saved

    def step(self, name: str, argument: object) -> None:
        if name in _LITERALS:
            self._stack.append(argument)
            return
        act = _ACTS.get(name)
        if act is None:
            text = f"unknown operation {name}"
            raise ValueError(text)
        act(self, argument)

    # ---- the stack

    def ignore(self, _: object) -> None:
        """PROTO, FRAME, STOP."""

    def none(self, _: object) -> None:
        self._stack.append(None)

    def true(self, _: object) -> None:
        self._stack.append(True)

    def false(self, _: object) -> None:
        self._stack.append(False)

    def mark(self, _: object) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def pop(self, _: object) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._marked()

    def pop_mark(self, _: object) -> None:
        self._marked()

    def memoize(self, _: object) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def put(self, number: object) -> None:
        self._memo[number] = self._stack[-1]

    def get(self, number: object) -> None:
        self._stack.append(self._memo[number])

    def next_buffer(self, _: object) -> None:
        self._stack.append(next(self._buffers))

    def readonly_buffer(self, _: object) -> None:
        buffer = self._stack.pop()
        if unpickling.is_buffer(buffer):
            self._stack.append(memoryview(buffer).toreadonly())

    def _marked(self) -> list[object]:
        items, self._stack = self._stack, self._marks.pop()
        return items

    # ---- what is built in

    def empty_list(self, _: object) -> None:
        self._stack.append([])

    def empty_dict(self, _: object) -> None:
        self._stack.append({})

    def empty_set(self, _: object) -> None:
        self._stack.append(set[object]())

    def empty_tuple(self, _: object) -> None:
        self._stack.append(())

    def tuple_of_all(self, _: object) -> None:
        self._push_tuple(self._marked())

    def tuple_of_1(self, _: object) -> None:
        self._push_tuple(self._popped(1))

    def tuple_of_2(self, _: object) -> None:
        self._push_tuple(self._popped(2))

    def tuple_of_3(self, _: object) -> None:
        self._push_tuple(self._popped(3))

    def frozen_set(self, _: object) -> None:
        items = self._marked()
        self._make(items, lambda: frozenset(items))

    def append(self, _: object) -> None:
        self._extend(self._popped(1))

    def appends(self, _: object) -> None:
        self._extend(self._marked())

    def set_item(self, _: object) -> None:
        self._update(self._popped(2))

    def set_items(self, _: object) -> None:
        self._update(self._marked())

    def add_items(self, _: object) -> None:
        items = self._marked()
        self._change(items, lambda: unpickling.add(self._stack[-1], items))

    def _popped(self, n: int) -> list[object]:
        items = self._stack[-n:]
        del self._stack[-n:]
        return items

    def _push_tuple(self, parts: list[object]) -> None:
        made = tuple(parts)
        self._saved.hold(made, parts)
        self._stack.append(made)

    def _extend(self, items: list[object]) -> None:
        grown = self._stack[-1]
        if unpickling.is_list(grown):  # no user code is run: it may be given all
            grown.extend(items)
            self._saved.hold(grown, items)
        else:
            self._change(items, lambda: unpickling.extend(grown, items))

    def _update(self, items: list[object]) -> None:
        self._change(items, lambda: unpickling.update(self._stack[-1], items))

    # ---- what users' code makes

    def stack_global(self, _: object) -> None:
        module, name = self._popped(2)
        self._make((), lambda: unpickling.found(str(module), str(name)))

    def reduce(self, _: object) -> None:
        fn, arguments = self._popped(2)
        self._make((fn, arguments), lambda: unpickling.call(fn, arguments, {}))

    def new_object(self, _: object) -> None:
        cls, arguments = self._popped(2)
        self._make((cls, arguments), lambda: unpickling.new(cls, arguments, {}))

    def new_object_ex(self, _: object) -> None:
        cls, arguments, named = self._popped(3)
        self._make(
            (cls, arguments, named),
            lambda: unpickling.new(cls, arguments, named),
        )

    def build(self, _: object) -> None:
        state = self._stack.pop()
        built = self._stack[-1]
        self._change([state], lambda: unpickling.build(built, state))

    def _make(self, parts: Iterable[object], make: Callable[[], object]) -> None:
        """Push what ``make`` makes of ``parts``."""
        cause = self._first_cause(parts)
        made: object = _Spoilt()
        if cause is None:
            try:
                made = make()
            except self._through:
                raise
            except BaseException as exc:  # noqa: BLE001  # loading runs user code
                cause = exc
        if cause is None:
            self._saved.hold(made, parts)
        else:
            self._saved.spoil(made, cause)
        self._stack.append(made)

    def _change(self, parts: list[object], change: Callable[[], None]) -> None:
        """Have ``change`` put ``parts`` into what lies on top."""
        changed = self._stack[-1]
        cause = self._first_cause([changed, *parts])
        if cause is None:
            try:
                change()
            except self._through:
                raise
            except BaseException as exc:  # noqa: BLE001  # loading runs user code
                cause = exc
        if cause is None:
            self._saved.hold(changed, parts)
        else:
            self._saved.spoil(changed, cause)

    def _first_cause(self, parts: Iterable[object]) -> BaseException | None:
        causes = (self._saved.cause_of(part) for part in parts)
        return next((cause for cause in causes if cause is not None), None)


_ACTS: dict[str, Callable[[_Machine, object], None]] = {
    "PROTO": _Machine.ignore,
    "FRAME": _Machine.ignore,
    "STOP": _Machine.ignore,
    "NONE": _Machine.none,
    "NEWTRUE": _Machine.true,
    "NEWFALSE": _Machine.false,
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "MEMOIZE": _Machine.memoize,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "NEXT_BUFFER": _Machine.next_buffer,
    "READONLY_BUFFER": _Machine.readonly_buffer,
    "EMPTY_LIST": _Machine.empty_list,
    "EMPTY_DICT": _Machine.empty_dict,
    "EMPTY_SET": _Machine.empty_set,
    "EMPTY_TUPLE": _Machine.empty_tuple,
    "TUPLE": _Machine.tuple_of_all,
    "TUPLE1": _Machine.tuple_of_1,
    "TUPLE2": _Machine.tuple_of_2,
    "TUPLE3": _Machine.tuple_of_3,
    "FROZENSET": _Machine.frozen_set,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "ADDITEMS": _Machine.add_items,
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": _Machine.reduce,
    "NEWOBJ": _Machine.new_object,
    "NEWOBJ_EX": _Machine.new_object_ex,
    "BUILD": _Machine.build,
}
