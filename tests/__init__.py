"""The tests. A package, so that a `tests` which another project has installed is not found instead."""
