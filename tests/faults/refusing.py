"""A sandbox that refuses system calls to this process and all that it starts."""

import ctypes
import os
import struct
from collections.abc import Iterable
from errno import ENOSYS

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000

CALLS = {
    "x86_64": {"pidfd_open": 434, "memfd_create": 319, "fork": 57, "clone": 56},
    "aarch64": {"pidfd_open": 434, "memfd_create": 279, "clone": 220},
}


def refuse(calls: Iterable[str], reason: int = ENOSYS) -> None:
    """Have ``calls`` fail with ``reason`` from now on."""
    numbers = CALLS[os.uname().machine]
    lines = [(_LOAD, 0, 0, 0)]
    for name in calls:
        if name in numbers:
            lines += [(_EQUAL, 0, 1, numbers[name]), (_RETURN, 0, 0, _ERRNO | reason)]
    lines.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(
        b"".join(struct.pack("=HBBI", *line) for line in lines)
    )
    program = struct.pack("@HP", len(lines), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _MODE_FILTER, program, 0, 0),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "the sandbox was refused itself")
