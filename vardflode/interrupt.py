"""Ctrl-C where work is under way: answered, held back for a while, or not heard at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


def uninterrupted() -> AbstractContextManager[None]:
    """A stretch that Ctrl-C does not break, for saving what is finished."""
    return answering(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def answering(number: signal.Signals, answer: Any) -> Iterator[None]:
    """Let a signal have another answer for a while; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, answer)
    try:
        yield
    finally:
        signal.signal(number, before)


class Stop:
    """Answers Ctrl-C and remembers it: raised while an object is finalized, an exception is lost."""

    def __init__(self) -> None:
        self.asked = False

    def __repr__(self) -> str:
        return f"<Stop{' asked for' if self.asked else ''}>"

    def __call__(self, *_: object) -> None:
        self.asked = True
        raise KeyboardInterrupt

    def if_asked(self) -> None:
        """Stop now, if that was asked for and lost."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[None]:
    """A stretch in which Ctrl-C waits for its end, and which processes started in it never hear of."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        with uninterrupted():
            yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
