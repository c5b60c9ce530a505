"""What is said while there is nothing to show yet."""

import os
import pathlib
import subprocess
import sys

SAYS = """
from vardflode.progress import progress
with progress("here") as tell:
    tell(0, 3)
    tell(1, 3)
with progress("checking", of="cells") as tell:
    tell(0, 9)
"""
COMPILES = """
import numpy as np
from sim.clinic_day import take_counts
from sim.records import OTHERS_ROW
take_counts(np.zeros((2, 2, 3, 1, 2), dtype=np.int32), 0, np.zeros(9, dtype=OTHERS_ROW))
"""


def test_the_very_first_run_says_that_it_compiles(tmp_path: pathlib.Path) -> None:
    def told(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return done.stderr

    nothing, checking = "here: 0 of 3 replications", "checking: 0 of 9 cells"
    compiling = "compiling the model for this computer first, once: about half a minute"
    assert told(SAYS).splitlines() == [f"{nothing}, {compiling}", checking]
    told(COMPILES)
    assert told(SAYS).splitlines() == [nothing, checking]
