"""What a worker that parses strangers' files may not do: take more memory than its share, open sockets, start programs.

Linux only where the kernel is asked for more than limits; elsewhere the limits of `resource` alone hold. Nothing here
can be undone by what the worker runs later.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
from collections.abc import Iterable
from pathlib import Path

OPEN_FILES = 256
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06  # of the classic packet filter's language
_AT_ARCHITECTURE, _AT_NUMBER = 4, 0
# architecture: its number in the kernel, and of socket, connect, execve, execveat, ptrace, process_vm_readv
_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270)),
}


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("when_true", ctypes.c_uint8),
        ("when_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def die_with(parent: int) -> None:
    """Ask the kernel to kill this process when the one that started it ends, however it ends."""
    library = _library()
    if library is not None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def confine(memory_bytes: int, *, programs: bool = False) -> None:
    """Limit what this process may take from now on; call it when all libraries are loaded.

    `memory_bytes` is counted beside what the process holds already. Core dumps, which would hold records, are off.
    With `programs` it may start programs and talk to them, as decryption does.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_DATA, _data_bytes() + memory_bytes)
    if not programs:
        _forbid_calls()


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def _data_bytes() -> int:
    """Return what the process holds of its own memory (the kernel's VmData), 0 where the kernel does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmData")), 0)


def _forbid_calls() -> None:
    """Let network and program calls fail with EPERM from now on, in every thread, where the kernel can do so."""
    library = _library()
    known = _FORBIDDEN.get(platform.machine())
    if library is None or known is None:
        return
    program = _filter(*known)
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def _filter(architecture: int, forbidden: Iterable[int]) -> _Program:
    calls = list(forbidden)
    steps = [
        _Instruction(_LOAD, 0, 0, _AT_ARCHITECTURE),
        _Instruction(_JUMP_IF_EQUAL, 1, 0, architecture),
        _Instruction(_RETURN, 0, 0, _FAIL | errno.EPERM),
        _Instruction(_LOAD, 0, 0, _AT_NUMBER),
    ]
    for position, number in enumerate(calls):
        steps.append(_Instruction(_JUMP_IF_EQUAL, len(calls) - position, 0, number))
    steps.append(_Instruction(_RETURN, 0, 0, _ALLOW))
    steps.append(_Instruction(_RETURN, 0, 0, _FAIL | errno.EPERM))
    return _Program(len(steps), (_Instruction * len(steps))(*steps))


def _library() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None, use_errno=True)
    return library if hasattr(library, "prctl") else None
