"""A sandbox that refuses system calls to this process and all that it starts."""

import ctypes
import os
import struct
from collections.abc import Iterable
from errno import ENOSYS

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
FORKING = 0x01200011
"""The flags that ``fork`` gives to ``clone``; others start threads, or programs."""

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER, _FIRST = 0, 16  # where they stand in what a filter is given
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000

CALLS = {
    "x86_64": {"pidfd_open": 434, "memfd_create": 319, "clone": 56},
    "aarch64": {"pidfd_open": 434, "memfd_create": 279, "clone": 220},
}


def refuse(calls: Iterable[str], reason: int = ENOSYS) -> None:
    """Have ``calls`` fail with ``reason`` from now on; of ``clone`` those that fork."""
    numbers = CALLS[os.uname().machine]
    lines = [(_LOAD, 0, 0, _NUMBER)]
    for name in calls:
        test = [(_LOAD, 0, 0, _FIRST), (_EQUAL, 0, 1, FORKING)] * (name == "clone")
        refusal = [*test, (_RETURN, 0, 0, _ERRNO | reason), (_LOAD, 0, 0, _NUMBER)]
        lines += [(_EQUAL, 0, len(refusal), numbers[name]), *refusal]
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
