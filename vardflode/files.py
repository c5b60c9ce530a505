"""Files that a user asks for by name: whole or not at all, and refused before any work where they cannot be."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scenarios.faults import Fault, InputError


def unwritable(path: Path) -> Iterator[Fault]:
    """Why a file cannot be written there."""
    if path.is_dir():
        yield Fault(str(path), 0, "", "is a folder; name a file in it")
    elif path.exists() and not path.is_file():
        yield Fault(str(path), 0, "", "is not a regular file; name another")
    else:
        try:
            with tempfile.TemporaryFile(dir=path.resolve().parent):
                pass
        except OSError as error:
            yield Fault(str(path), 0, "", _cannot(error))


def put(path: Path, content: bytes) -> None:
    """Write a file beside and move it into place whole. Raises InputError."""
    there = path.resolve()
    draft = there.with_name(f".{there.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(there)
    except OSError as error:
        raise InputError([Fault(str(path), 0, "", _cannot(error))]) from None
    finally:
        draft.unlink(missing_ok=True)


def _cannot(error: OSError) -> str:
    return f"cannot be written ({error.strerror or error}); choose another place"
