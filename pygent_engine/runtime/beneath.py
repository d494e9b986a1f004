"""Opens paths beneath a folder so that no symlink, `..` or race leads out of it: openat2 where the system has it."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Sequence

_OPENAT2 = 437  # the same number on every Linux architecture but alpha
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_TRIES = 16
_O_PATH = getattr(os, "O_PATH", 0)
_NO_OPENAT2 = frozenset({errno.ENOSYS, errno.EPERM, errno.E2BIG})  # EPERM: a sandbox that forbids it


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def open_beneath(root: int, parts: Sequence[str], flags: int, mode: int = 0) -> int:
    """A descriptor of `parts` beneath the folder descriptor `root`; links inside are followed where openat2 exists,
    links that leave raise OSError (EXDEV or ELOOP)."""
    flags |= os.O_CLOEXEC | (0 if flags & _O_PATH else os.O_NOCTTY)  # openat2 refuses O_PATH with anything more
    try:
        return _openat2(root, "/".join(parts) or ".", flags, mode)
    except OSError as error:
        if error.errno not in _NO_OPENAT2:
            raise
    return _walk(root, parts, flags, mode)


def _openat2(root: int, path: str, flags: int, mode: int) -> int:
    try:
        syscall = ctypes.CDLL(None, use_errno=True).syscall
    except (OSError, AttributeError) as error:
        raise OSError(errno.ENOSYS, "no openat2") from error
    how = _OpenHow(flags, mode if flags & os.O_CREAT else 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)
    size = ctypes.c_size_t(ctypes.sizeof(how))
    for _ in range(_TRIES):
        opened = syscall(ctypes.c_long(_OPENAT2), root, os.fsencode(path), ctypes.byref(how), size)
        if opened >= 0:
            return int(opened)
        if ctypes.get_errno() != errno.EAGAIN:  # EAGAIN: something was renamed meanwhile
            break
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), path)


def _walk(root: int, parts: Sequence[str], flags: int, mode: int) -> int:
    """One component after the other; no link is followed at all."""
    folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)
    try:
        for name in parts[:-1]:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1] if parts else ".", flags | os.O_NOFOLLOW, mode, dir_fd=folder)
    finally:
        os.close(folder)
