"""Opens paths beneath a folder so that no symlink, `..` or race leads out of it: openat2 where the system has it.

Links are followed by reading them (`follow`), so that one that stays inside works in both ways, and an absolute one as its
reader meant it. What is opened then is a path without links; that it still has none is the kernel's to see to.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ...errors import WorkspaceError

FOLDER = os.O_RDONLY | os.O_DIRECTORY
_OPENAT2 = 437  # the same number on every Linux architecture but alpha
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_TRIES = 16
_O_PATH = getattr(os, "O_PATH", 0)
_LINKS = 40
_NO_OPENAT2 = frozenset({errno.ENOSYS, errno.EPERM, errno.E2BIG})  # EPERM: a sandbox that forbids it


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


# A folder's descriptor, the components beneath it, flags, and the mode of what is made: a descriptor.
Opener = Callable[[int, Sequence[str], int, int], int]


@contextmanager
def opened_folder(folder: Path) -> Iterator[int]:
    """A descriptor of the workspace folder itself. Raises WorkspaceError when it is gone, or a link stands in its place."""
    try:
        opened = os.open(folder, FOLDER | os.O_NOFOLLOW | os.O_CLOEXEC)  # a command may have put a link in its place
    except OSError as error:
        raise WorkspaceError(f"The workspace {folder} is gone: {error.strerror}.") from error
    try:
        yield opened
    finally:
        os.close(opened)


def open_beneath(root: int, parts: Sequence[str], flags: int, mode: int = 0) -> int:
    """A descriptor of `parts` beneath the folder descriptor `root`. Raises OSError, EXDEV or ELOOP for a link that leaves."""
    flags |= os.O_CLOEXEC | (0 if flags & _O_PATH else os.O_NOCTTY)  # openat2 refuses O_PATH with anything more
    try:
        return _openat2(root, "/".join(parts) or ".", flags, mode)
    except OSError as error:
        if error.errno not in _NO_OPENAT2:
            raise
    return open_without_links(root, parts, flags, mode)


def follow(root: int, parts: Sequence[str], bases: Iterable[str]) -> tuple[str, ...]:
    """Where `parts` lead beneath `root` through symbolic links; an absolute one counts from whichever of `bases` it is in.

    Raises OSError: EXDEV for a link that leads out, ELOOP for links without an end. What does not exist stays as it is.
    """
    done: list[str] = []
    ahead = [*reversed(parts)]
    links = 0
    while ahead:
        name = ahead.pop()
        target = None if name == ".." else _target(root, [*done, name])
        if name == "..":
            if not done:
                raise _leads_out(parts)
            done.pop()
        elif target is None:
            done.append(name)
        else:
            links += 1
            if links > _LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), "/".join(parts))
            if target.is_absolute():
                target, done = _within(target, bases, parts), []
            ahead += reversed(target.parts)
    return tuple(done)


def _target(root: int, parts: Sequence[str]) -> PurePosixPath | None:
    try:
        return PurePosixPath(os.readlink("/".join(parts), dir_fd=root))
    except OSError:  # no link, or nothing at all
        return None


def _within(target: PurePosixPath, bases: Iterable[str], parts: Sequence[str]) -> PurePosixPath:
    for base in bases:
        if target.is_relative_to(base):
            return target.relative_to(base)
    raise _leads_out(parts)


def _leads_out(parts: Sequence[str]) -> OSError:
    return OSError(errno.EXDEV, os.strerror(errno.EXDEV), "/".join(parts))


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


def open_without_links(root: int, parts: Sequence[str], flags: int, mode: int = 0) -> int:
    """As `open_beneath`, one component after the other; a link on the way, or at its end, raises OSError."""
    flags |= os.O_CLOEXEC
    folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)
    try:
        for name in parts[:-1]:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1] if parts else ".", flags | os.O_NOFOLLOW, mode, dir_fd=folder)
    finally:
        os.close(folder)
