"""The door: the public Python API, and the command line on top of it.

No rule of the model and no measure is decided here. Names are loaded when first used, so that importing the
package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.faults import InputError
    from scenarios.load import resolve as load
    from vardflode.comparing import compare
    from vardflode.reporting import report

    __version__: str

__all__ = ["InputError", "__version__", "compare", "load", "report"]

_HOMES = {
    "InputError": ("scenarios.faults", "InputError"),
    "compare": ("vardflode.comparing", "compare"),
    "load": ("scenarios.load", "resolve"),
    "report": ("vardflode.reporting", "report"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("vardflode")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)


def __dir__() -> list[str]:
    return list(__all__)
