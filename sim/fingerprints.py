"""Fingerprints of what is drawn: who the patients are, what other patients ask for, who is at work.

A run takes them when its clock has stopped. Drawn afresh, apart from any simulation and without the transfer, the
same numbers must come: then nothing that the policy did has reached a draw (common random numbers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from sim.patients import Patient

TRAITS = attrgetter(
    "number", "stream_name", "key", "home", "eligible", "agrees", "municipal", "ramp", "entered", "ends", "new",
    "unplanned_rate",
)  # fmt: skip


def fingerprints(
    people: Sequence[Patient], requests: NDArray[np.int32], staff: NDArray[np.int64]
) -> tuple[str, ...]:
    """BLAKE2b hashes of patients' traits, others' requests and servers, in the order of `records.DRAWS`."""
    traits = repr([TRAITS(patient) for patient in people])
    return _hash(traits.encode()), _hash(requests.tobytes()), _hash(staff.tobytes())


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
