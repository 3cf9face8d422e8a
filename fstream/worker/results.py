"""Replies that are encoded whole, or without what cannot cross."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from types import AsyncGeneratorType
from types import CoroutineType
from types import GeneratorType

from fstream.interpreter.chunk import Fault
from fstream.interpreter.chunk import OpenExit
from fstream.interpreter.chunk import Reply
from fstream.result.capture import kind_of
from fstream.result.captured import Details
from fstream.transport.codec import Payload
from fstream.transport.codec import encode
from fstream.worker.blame import glimpse_outside
from fstream.worker.letters import reply_payload
from fstream.worker.things import positions
from fstream.worker.things import with_failed_outputs

_LAZY: dict[type, str] = {
    GeneratorType: "generators",
    AsyncGeneratorType: "async generators",
    CoroutineType: "coroutines",
}


def encoded(
    reply: Reply,
    items: Sequence[object],
    *,
    stage: int,
) -> tuple[Reply, Payload]:
    """Encode ``reply``; what cannot be encoded has become a fault of ``stage``.

    Users' objects are pickled again, one by one, only after the whole failed.
    """
    payload = _payload(reply)
    if isinstance(payload, Payload):
        return reply, payload
    reply = _without_failing(reply, items, stage=stage)
    payload = _payload(reply)
    if isinstance(payload, Payload):
        return reply, payload
    causes = dict.fromkeys(range(len(reply.outs)), payload)
    reply = with_failed_outputs(reply, causes, stage=stage, step="encode")
    reply.faults = [_failed_exit(fault, payload) for fault in reply.faults]
    return reply, reply_payload(reply)


def why_not_encoded(value: object, item: object) -> Details | None:
    """Tell why ``value``, made of ``item``, cannot cross; ``None`` if it can."""
    try:
        _refuse_lazy(value)
        encode(value)
    except BaseException as exc:  # noqa: BLE001  # pickling runs user code
        _name_type(exc, value)
        return glimpse_outside(exc, item).details()
    return None


def _payload(reply: Reply) -> Payload | Details:
    try:
        return reply_payload(reply)
    except BaseException as exc:  # noqa: BLE001  # pickling runs user code
        return glimpse_outside(exc, None).details()


def _without_failing(reply: Reply, items: Sequence[object], *, stage: int) -> Reply:
    causes: dict[int, Details] = {}
    of = positions(reply)
    for number, out in enumerate(reply.outs):
        cause = why_not_encoded(out, items[of[number]])
        if cause is not None:
            causes[number] = cause
    faults = [_checked_exit(fault, items) for fault in reply.faults]
    checked = replace(reply, faults=faults)
    return with_failed_outputs(checked, causes, stage=stage, step="encode")


def _checked_exit(fault: Fault, items: Sequence[object]) -> Fault:
    if not isinstance(fault.cause, OpenExit):
        return fault
    cause = why_not_encoded(fault.cause.value, items[fault.position])
    return fault if cause is None else _failed_exit(fault, cause)


def _failed_exit(fault: Fault, cause: Details) -> Fault:
    if not isinstance(fault.cause, OpenExit):
        return fault
    return replace(fault, step="encode", cause=cause, is_result=True)


def _refuse_lazy(value: object) -> None:
    plural = _LAZY.get(type(value))
    if plural is not None:
        text = f"{plural} cannot cross a process"
        raise TypeError(text)


def _name_type(exc: BaseException, value: object) -> None:
    cls = type(value)
    if cls not in _LAZY:
        with suppress(TypeError):  # its notes may be anything
            BaseException.add_note(exc, f"{kind_of(cls)} cannot cross a process")
