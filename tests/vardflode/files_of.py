"""All that lies in a folder, to be compared to the byte."""

from __future__ import annotations

import json
from pathlib import Path


def files_of(folder: Path) -> dict[str, str | bytes]:
    """The bytes of every file below, hidden ones too; of a manifest all but when and at which commit it was made."""
    found: dict[str, str | bytes] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        found[name] = path.read_bytes()
        if path.name == "manifest.json":
            manifest = json.loads(path.read_text(encoding="utf-8"))
            found[name] = json.dumps({**manifest, "made": "", "commit": ""})
    return found


def differing(some: dict[str, str | bytes], others: dict[str, str | bytes]) -> list[str]:
    """Files that only one of two folders has, or that are not the same."""
    return sorted(name for name in {*some, *others} if some.get(name) != others.get(name))
