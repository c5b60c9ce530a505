"""Files that are whole or not there, also after a kill or a power cut, and locks that die with their holder.

What is written is flushed to the disk before it gets its name, and the folder after.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PART = ".part"  # what a file is called until it is whole


class InUse(Exception):
    """A lock that another process holds."""


def put(path: Path, content: bytes) -> None:
    """A file that is whole or not there. Raises OSError."""
    draft = path.with_name(f".{path.name}{PART}")
    try:
        with writing(draft) as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A new file, which is on the disk when this ends. Raises OSError."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def move(source: Path, target: Path) -> None:
    """Give a file or folder another name beside. Raises OSError."""
    source.rename(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)


def sync(folder: Path) -> None:
    """Let the names in a folder be on the disk; where a folder cannot be opened (Windows) that is the system's."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """A stretch that only one process at a time enters, its folder made if need be. Raises InUse, OSError.

    The system gives the lock back when its holder ends, however it ends. Afterwards the file is removed, and its
    folder if nothing else is in it.
    """
    file = _taken(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows removes no open file; it may stay
            path.unlink()
        file.close()
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _taken(path: Path) -> IO[bytes]:
    """The lock's file, locked. One that its last holder has removed meanwhile is not the lock any more."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = path.open("ab")
        except FileNotFoundError:  # so is its folder
            continue
        try:
            _lock(file)
        except BlockingIOError:
            file.close()
            raise InUse(str(path)) from None
        except OSError:
            file.close()
            raise
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        file.close()


def _lock(file: IO[bytes]) -> None:
    """Raises BlockingIOError where another holds it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
