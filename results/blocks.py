"""Blocks of replications on their way from a worker to a run: one small file each, kept until they are in the run.

A block is a zip archive with one Arrow table per replication and name, so that any can be read alone and damage shows.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from results.durable import put

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SUFFIX = ".block"


@dataclass(frozen=True, slots=True)
class Block:
    """A block on disk."""

    path: Path

    def table(self, name: str, replication: int) -> pa.Table:
        """One table of one replication."""
        import pyarrow as pa

        with zipfile.ZipFile(self.path) as archive:
            return pa.ipc.open_stream(archive.read(_member(replication, name))).read_all()


def packed(replications: Iterable[tuple[int, Mapping[str, pd.DataFrame]]]) -> bytes:
    """Tables by replication and name as the bytes of a block; undefined numbers become null."""
    import pyarrow as pa

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for replication, frames in replications:
            for name, frame in frames.items():
                table = _plain(pa.Table.from_pandas(frame, preserve_index=False), replication)
                archive.writestr(zipfile.ZipInfo(_member(replication, name)), _stream(table))
    return content.getvalue()


def keep(folder: Path, replications: Sequence[int], content: bytes) -> Block:
    """Put a block on disk. Raises OSError."""
    path = folder / f"{'-'.join(map(str, replications))}{SUFFIX}"
    put(path, content)
    return Block(path)


def kept(folder: Path, tables: Iterable[str]) -> dict[int, Block]:
    """The whole blocks of a folder, by replication; those that are damaged or hold other tables are left out."""
    wanted = set(tables)
    found: dict[int, Block] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        names = _names(path)
        if names and all(held == wanted for held in names.values()):
            found.update(dict.fromkeys(names, Block(path)))
    return found


def _names(path: Path) -> dict[int, set[str]]:
    """The tables in a block by replication; none where it is damaged."""
    names: dict[int, set[str]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                return {}
            for member in archive.namelist():
                replication, name = member.split("/")
                names.setdefault(int(replication), set()).add(name)
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}
    return names


def _member(replication: int, name: str) -> str:
    return f"{replication}/{name}"


def _plain(table: pa.Table, replication: int) -> pa.Table:
    """With its replication in front, and text of one type, however the frame held it."""
    import pyarrow as pa

    text = pa.string()
    fields = [
        pa.field(f.name, text if pa.types.is_large_string(f.type) or pa.types.is_null(f.type) else f.type)
        for f in table.schema
    ]
    number = pa.array(np.full(table.num_rows, replication, dtype=np.int32))
    return table.cast(pa.schema(fields)).add_column(0, "replication", number)


def _stream(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
