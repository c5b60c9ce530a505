"""The command line: which commands there are, and what each kind of failure looks like from outside.

Exit codes: 0 ok, 1 internal error, 2 usage, 3 invalid input, 130 interrupted; `run` adds its own. A command
raises what went wrong and never prints a traceback.
"""

from __future__ import annotations

import sys
from errno import EINVAL, EPIPE
from typing import IO, Any

import click

from scenarios.faults import InputError
from vardflode.command import Lazy, LazyGroup
from vardflode.terminal import message, plain, prepare, reader_gone

COMMANDS = {
    "list": Lazy("vardflode.commands.listing", "listing", "Name the scenarios that come along."),
    "show": Lazy("vardflode.commands.show", "show", "Show what a scenario assumes, and who says so."),
    "new": Lazy("vardflode.commands.new", "new", "Write a scenario file to begin with."),
    "check": Lazy("vardflode.commands.check", "check", "Say what is wrong with scenarios, and where."),
    "run": Lazy("vardflode.commands.run", "run", "Simulate scenarios and sum up what happens."),
    "compare": Lazy(
        "vardflode.commands.compare", "compare", "Say what differs between scenarios, and how surely."
    ),
    "sweep": Lazy("vardflode.commands.sweep", "sweep", "Run one scenario under many combinations of values."),
    "plot": Lazy("vardflode.commands.plot", "plot", "Draw the figures of runs, and what differs."),
    "report": Lazy(
        "vardflode.commands.report", "report", "Write the evidence of runs as one file: HTML, PDF or Excel."
    ),
    "verify": Lazy(
        "vardflode.commands.verify",
        "verify",
        "Compute the certificate of runs again, and check all they keep.",
    ),
    "schema": Lazy(
        "vardflode.commands.schema", "schema", "Print the JSON Schema that editors complete from."
    ),
    "doctor": Lazy(
        "vardflode.commands.doctor", "doctor", "Say whether this computer is ready, and what to do."
    ),
}


class FailureError(click.ClickException):
    """What went wrong, in lines for stderr; each kind has its exit code."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines

    def show(self, file: IO[Any] | None = None) -> None:
        for line in self.lines:
            message(plain(line))


class InvalidInputError(FailureError):
    """Every fault in what was given, a line for each, and their number."""

    exit_code = 3

    def __init__(self, error: InputError) -> None:
        count = len(error.faults)
        super().__init__(*map(str, error.faults), "1 fault." if count == 1 else f"{count} faults.")


class InternalError(FailureError):
    """A fault in vardflode: what the reader can do about it."""

    exit_code = 1

    def __init__(self, error: Exception, ctx: click.Context) -> None:
        name, command = ctx.info_name, ctx.invoked_subcommand or ""
        what = f"{type(error).__name__}: {error}"[:300].rstrip(": ")
        super().__init__(
            f"{name} {command} failed in a way that it should not ({what}). The fault lies in the program, "
            f"not in what you typed. Please report it with what `{name} --traceback {command} …` prints (or "
            "set VARDFLODE_TRACEBACK=1)."
        )


class StoppedError(FailureError):
    """Ctrl-C."""

    exit_code = 130


class Main(LazyGroup):
    """The group that turns whatever a command raises into lines on stderr and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        prepare()
        kwargs.setdefault("prog_name", self.name)
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except InputError as error:
            raise InvalidInputError(error) from None
        except KeyboardInterrupt as error:
            raise StoppedError(str(error) or "Interrupted.") from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno in (EPIPE, EINVAL) and reader_gone():
                ctx.exit(0)  # it has seen what it wanted
            if ctx.params["traceback"]:
                raise
            raise InternalError(error, ctx) from None


@click.group(
    "vardflode",
    cls=Main,
    lazy=COMMANDS,
    examples=(
        "vardflode run decision-2026",
        "vardflode show decision-2026 --why streams.triptorelin.patients",
        "vardflode check my-scenario.yaml",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--traceback", is_flag=True, envvar="VARDFLODE_TRACEBACK", help="Show where an internal error arose."
)
@click.version_option(package_name="vardflode")
def main(traceback: bool) -> None:
    """What happens in primary care when streams of patients move there from hospitals."""
