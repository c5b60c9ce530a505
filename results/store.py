"""A run on disk: a folder that is a result only once its manifest stands in it.

Everything is written to a folder beside, the manifest last, and moved into place in one step; an interrupted
write leaves what was there. Tables carry a `replication` column, so a run can be extended.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.table import Row
from scenarios.load import Resolved, resolve

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
ANEW = "run the scenario again with --fresh"
TABLES = ("measures", "weekly", "transfers", "distributions", "visits")


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

        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise NotARun(f"{self.folder.name} has no {name}.parquet", ANEW)
        chosen = self.replications if replications is None else list(replications)
        table: pd.DataFrame = pq.read_table(path, filters=[("replication", "in", chosen)]).to_pandas()
        return table

    def measures(
        self, replications: Sequence[int] | None = None
    ) -> tuple[tuple[Row, ...], NDArray[np.float64]]:
        """Rows and values, shape (replications, rows)."""
        table = self.table("measures", replications)
        count = table["replication"].nunique()
        values = table["value"].to_numpy(dtype=np.float64).reshape(count, -1)
        first = table.iloc[: values.shape[1]]
        columns = (first[column].astype(str) for column in ("name", "scope", "key", "window"))
        return tuple(Row(*cells) for cells in zip(*columns, strict=True)), values


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
    return hashlib.sha256(f"{resolved.digest()}:{seed}:{model_version}".encode()).hexdigest()


def run_folder(out: Path, resolved: Resolved, digest: str) -> Path:
    """Where a run lives."""
    return out / f"{resolved.scenario.name}-{digest[:12]}"


def open_run(folder: Path) -> Run:
    """Open a run whose every file is as it was written. Raises NotARun."""
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
    replications, files = manifest.get("replications"), manifest.get("files")
    if not isinstance(replications, list) or not isinstance(files, dict):
        raise NotARun(f"{folder / MANIFEST} is damaged", ANEW)
    for name, checksum in files.items():
        path = folder / Path(name).name
        if not path.is_file() or _checksum(path) != checksum:
            raise NotARun(f"{path} is missing or not as it was written", ANEW)
    return Run(folder, manifest)


def save_run(
    folder: Path,
    resolved: Resolved,
    tables: Mapping[str, pa.Table],
    manifest: Mapping[str, Any],
) -> Run:
    """Write a whole run and move it into place, replacing what was there. Raises OSError."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_contents(draft, resolved, tables)
        checksums = {path.name: _checksum(path) for path in sorted(draft.iterdir())}
        whole = {"schema_version": SCHEMA_VERSION, **manifest, "files": checksums}
        _write(draft / MANIFEST, (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode())
        _replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return open_run(folder)


def _write_contents(draft: Path, resolved: Resolved, tables: Mapping[str, pa.Table]) -> None:
    import pyarrow.parquet as pq

    _write(draft / "scenario.yaml", scenario_yaml(resolved).encode())
    _write(draft / "units.csv", resolved.register_bytes)
    if resolved.plan_bytes is not None:
        _write(draft / "plan.csv", resolved.plan_bytes)
    for name, table in tables.items():
        pq.write_table(table, draft / f"{name}.parquet", compression="zstd")
    _write(draft / "transfers.csv", transfers_csv(tables["transfers"], resolved).encode("utf-8-sig"))


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


def transfers_csv(table: pa.Table, resolved: Resolved) -> str:
    """The planner's weekly numbers: means over replications, one row per sender, area, stream and week."""
    import datetime as dt

    frame = table.to_pandas()
    count = max(1, frame["replication"].nunique())
    steps = ["planned", "referred", "accepted", "first_visit_done"]
    means = frame.groupby(["sender", "area", "stream", "week"])[steps].sum() / count
    rows = means.round(3).reset_index()
    start = resolved.scenario.start_date
    rows.insert(
        4, "week_starts", [(start + dt.timedelta(weeks=int(w) - 1)).isoformat() for w in rows["week"]]
    )
    for column in ("sender", "area", "stream"):
        rows[column] = [harmless_cell(text) for text in rows[column]]
    return str(rows.to_csv(index=False, lineterminator="\n"))


def harmless_cell(text: str) -> str:
    """Text that a spreadsheet will not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _replace(draft: Path, folder: Path) -> None:
    """Move a whole draft to its place; an older run steps aside first and is then removed."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    try:
        draft.rename(folder)
    except OSError:
        if aside.exists():
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)
