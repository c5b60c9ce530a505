"""A run on disk: a folder that is a result only once its manifest stands in it.

Everything is written to a folder beside, the manifest last, and moved into place; a write that is broken off leaves
what was there. Tables have a row group per replication, in order, so a run can be extended, and equal runs are equal
bytes however they came to be.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.blocks import Block, kept
from results.durable import InUse, move, sync, writing
from results.making import ASIDE, Making, being_made, place_of, put_right, take_back
from results.table import Row
from scenarios.load import Resolved, resolve

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = 3
MANIFEST = "manifest.json"
ANEW = "run the scenario again with --fresh"
TABLES = (
    "measures", "weekly", "transfers", "distributions", "landings", "certificate", "draws", "settling", "visits",
)  # fmt: skip
VISITS = "visits"  # the table that is kept only if asked for


class NotARun(Exception):
    """A folder that holds no whole run; `what` is wrong and `advice` what to do."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what}; {advice}" if advice else what)
        self.what = what


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """A whole run in a folder."""

    folder: Path
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Run {self.folder.name}: {len(self.replications)} replications>"

    @property
    def replications(self) -> list[int]:
        """Numbers of the replications that it holds, ascending."""
        return list(self.manifest["replications"])

    def resolved(self) -> Resolved:
        """The scenario as it was run, with the register and plan it was run on."""
        return resolve(self.folder / "scenario.yaml")

    def table(self, name: str, replications: Sequence[int] | None = None) -> pd.DataFrame:
        """One of the run's tables, of the given replications (all unless told). Raises NotARun if it has none."""
        import pyarrow.parquet as pq

        chosen = self.replications if replications is None else list(replications)
        found = pq.read_table(self._file_of(name), filters=[("replication", "in", chosen)])
        table: pd.DataFrame = found.to_pandas()
        return table

    def _file_of(self, table: str) -> Path:
        path = self.folder / f"{table}.parquet"
        if not path.is_file():
            raise NotARun(f"{self.folder.name} has no {table}.parquet", ANEW)
        return path

    def measures(
        self, replications: Sequence[int] | None = None
    ) -> tuple[tuple[Row, ...], NDArray[np.float64]]:
        """Rows and values, shape (replications, rows). Raises NotARun if it has none."""
        import pyarrow.parquet as pq

        chosen = self.replications if replications is None else list(replications)
        groups = [place for place, number in enumerate(self.replications) if number in chosen]
        with pq.ParquetFile(self._file_of("measures")) as file:
            first = file.read_row_group(0, columns=list(Row._fields))
            values = file.read_row_groups(groups, columns=["value"])["value"].to_numpy()
        columns = (first[column].to_pylist() for column in Row._fields)
        return tuple(map(Row, *columns)), values.reshape(len(groups), first.num_rows)


def labels(runs: Sequence[Run]) -> list[str]:
    """What runs are called beside each other: by the scenario's name, and the hash where two have the same."""
    names = Counter(run.manifest["name"] for run in runs)
    return [
        run.manifest["name"]
        if names[run.manifest["name"]] == 1
        else f"{run.manifest['name']}-{run.manifest['hash'][:12]}"
        for run in runs
    ]


def in_common(runs: Sequence[Run]) -> list[int]:
    """The replications that all runs hold, ascending."""
    return sorted(set(runs[0].replications).intersection(*(run.replications for run in runs)))


def run_hash(resolved: Resolved, seed: int, model_version: str) -> str:
    """The identity of a run: what is assumed, the seed and the model's version."""
    return hash_of(resolved.digest(), seed, model_version)


def hash_of(digest: str, seed: int, model_version: str) -> str:
    """The same from the digest of what is assumed."""
    return hashlib.sha256(f"{digest}:{seed}:{model_version}".encode()).hexdigest()


def run_folder(out: Path, resolved: Resolved, digest: str) -> Path:
    """Where a run lives."""
    return out / f"{resolved.scenario.name}-{digest[:12]}"


def tables_of(*, visits: bool) -> tuple[str, ...]:
    """The tables that a run has."""
    return tuple(name for name in TABLES if visits or name != VISITS)


def open_run(folder: Path) -> Run:
    """Open a run whose every file is as it was written. Raises NotARun."""
    return Run(folder, manifest_of(folder, "run"))


def manifest_of(folder: Path, kind: str) -> Mapping[str, Any]:
    """The manifest of a folder of this kind whose every file is as it was written. Raises NotARun."""
    take_back(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotARun(
            f"{folder} is not a whole run: it has no {MANIFEST}", "run the scenario again"
        ) from None
    except (OSError, ValueError) as error:
        raise NotARun(f"{folder / MANIFEST} cannot be read ({error})", ANEW) from None
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
        raise NotARun(f"{folder} was made by another version of vardflode", ANEW)
    found = manifest.get("kind", "run")
    if found != kind:
        raise NotARun(f"{folder} holds a {found}, not a {kind}", f"name the folder of a {kind}")
    replications, files = manifest.get("replications"), manifest.get("files")
    if not isinstance(replications, list) or not isinstance(files, dict):
        raise NotARun(f"{folder / MANIFEST} is damaged", ANEW)
    for name, checksum in files.items():
        path = folder / Path(name).name
        if not path.is_file() or _checksum(path) != checksum:
            raise NotARun(f"{path} is missing or not as it was written", ANEW)
    return manifest


def tidy(run: Run) -> None:
    """Remove what a process that was killed left behind of replications that a run holds."""
    making = Making(run.folder, place_of(run.folder))
    if making.place.exists():
        with contextlib.suppress(InUse, OSError), being_made(run.folder):
            visits = (run.folder / f"{VISITS}.parquet").is_file()
            blocks = kept(making.place, tables_of(visits=visits))
            for number in {*blocks} & {*run.replications}:
                blocks[number].path.unlink(missing_ok=True)


def write_draft(
    making: Making, resolved: Resolved, known: Run | None, blocks: Mapping[int, Block], tables: Sequence[str]
) -> list[int]:
    """Write what a run holds, except its manifest: the replications of a known run, and those in blocks.

    Hands back the replications, ascending. Raises OSError.
    """
    draft = making.draft
    draft.mkdir()
    replications = sorted({*(known.replications if known else ()), *blocks})
    _write(
        draft / "scenario.yaml",
        scenario_yaml(resolved).encode() if known is None else (known.folder / "scenario.yaml").read_bytes(),
    )
    _write(draft / "units.csv", resolved.register_bytes)
    if resolved.plan_bytes is not None:
        _write(draft / "plan.csv", resolved.plan_bytes)
    for name in tables:
        with writing(draft / f"{name}.parquet") as file, contextlib.ExitStack() as stack:
            stored = None if known is None else stack.enter_context(row_groups(known.folder, name))
            write_row_groups(
                file,
                (
                    blocks[number].table(name, number)
                    if number in blocks or stored is None
                    else stored[number]
                    for number in replications
                ),
            )
    _write(draft / "transfers.csv", transfers_csv(draft / "transfers.parquet", len(replications), resolved))
    return replications


def publish(making: Making, manifest: Mapping[str, Any]) -> Run:
    """Give a draft its manifest and move it into place; an older run steps aside first. Raises OSError."""
    put_in_place(making, manifest)
    making.discard_blocks()
    return open_run(making.folder)


def put_in_place(making: Making, manifest: Mapping[str, Any]) -> None:
    """Give a draft its manifest and move it into place; what was there steps aside first. Raises OSError."""
    draft, folder, aside = making.draft, making.folder, making.place / ASIDE
    checksums = {path.name: _checksum(path) for path in sorted(draft.iterdir())}
    whole = {"schema_version": SCHEMA_VERSION, **manifest, "files": checksums}
    _write(draft / MANIFEST, (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode())
    sync(draft)
    try:
        if folder.exists():
            move(folder, aside)
        move(draft, folder)
    finally:
        put_right(making)


@contextmanager
def row_groups(folder: Path, name: str) -> Iterator[Mapping[int, pa.Table]]:
    """A table as a mapping that reads one replication (or whatever its first column numbers) at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / f"{name}.parquet") as file:
        yield _Stored(file)


class _Stored(Mapping[int, "pa.Table"]):
    """The row groups of a table by the number in its first column; one without rows has none."""

    def __init__(self, file: Any) -> None:
        self._file = file
        groups = range(file.num_row_groups)
        first = (file.metadata.row_group(group).column(0).statistics.min for group in groups)
        self._groups = dict(zip(first, groups, strict=True))

    def __repr__(self) -> str:
        return f"<Stored: {len(self)} row groups>"

    def __getitem__(self, number: int) -> pa.Table:
        if number not in self._groups:
            return self._file.schema_arrow.empty_table()
        return self._file.read_row_group(self._groups[number])

    def __iter__(self) -> Iterator[int]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


def write_row_groups(file: IO[bytes], groups: Iterable[pa.Table]) -> None:
    """One row group per table that has rows."""
    import pyarrow.parquet as pq

    tables = iter(groups)
    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        for table in itertools.chain((first,), tables):
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)


def scenario_yaml(resolved: Resolved) -> str:
    """The resolved scenario with its evidence, as a file that can be run again."""
    import io

    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # untyped in ruamel
    stream = io.StringIO()
    yaml.dump(dict(resolved.tree), stream)
    return stream.getvalue()


def transfers_csv(table: Path, replications: int, resolved: Resolved) -> bytes:
    """The planner's weekly numbers: means over replications, one row per sender, area, stream and week."""
    import datetime as dt

    import pyarrow.parquet as pq

    frame = pq.read_table(table).to_pandas()
    steps = ["planned", "referred", "accepted", "first_visit_done"]
    means = frame.groupby(["sender", "area", "stream", "week"])[steps].sum() / replications
    rows = means.round(3).reset_index()
    start = resolved.scenario.start_date
    rows.insert(
        4, "week_starts", [(start + dt.timedelta(weeks=int(w) - 1)).isoformat() for w in rows["week"]]
    )
    for column in ("sender", "area", "stream"):
        rows[column] = [harmless_cell(text) for text in rows[column]]
    return str(rows.to_csv(index=False, lineterminator="\n")).encode("utf-8-sig")


def harmless_cell(text: str) -> str:
    """Text that a spreadsheet will not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(path: Path, content: bytes) -> None:
    with writing(path) as file:
        file.write(content)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
