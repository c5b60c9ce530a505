"""Commands whose help begins with examples, and a group that loads a command only when it is used.

`--help` answers in a third of a second because nothing behind a command is imported to list it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from scenarios.faults import suggestion

Options = Callable[[Callable[..., None]], Callable[..., None]]


def _together(*options: Options) -> Options:
    """Several options as one decorator, in the order in which help lists them."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def replications_option(help: str, default: int | None = None) -> Options:
    """How many replications."""
    most = click.IntRange(1, 100_000)
    shown = default is not None
    return click.option("-n", "--replications", type=most, default=default, show_default=shown, help=help)


def seed_option(help: str, default: int | None = None) -> Options:
    """The root of all randomness."""
    most = click.IntRange(0, 2**63 - 1)
    return click.option("--seed", type=most, default=default, show_default=default is not None, help=help)


def years_option(help: str) -> Options:
    """The horizon."""
    return click.option("--years", type=click.IntRange(1, 20), help=help)


sets_option = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one value, such as streams.iron.patients=200. May be given again; later ones win.",
)
workers_option = click.option(
    "-j", "--workers", type=click.IntRange(1, 1024), help="Processes; all cores unless told."
)
runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("runs"),
    show_default=True,
    help="Folder where the runs are.",
)


def _reachable(_ctx: click.Context, _option: click.Parameter, address: str | None) -> str | None:
    from vardflode.cluster import refusal

    if address is not None and (why := refusal(address)):
        raise click.BadParameter(f"{address[:60]!r} {why}.")
    return address


pool_options = _together(
    workers_option,
    click.option(
        "--cluster",
        metavar="ADDRESS",
        callback=_reachable,
        help="Work on a Dask cluster instead: tls://HOST:PORT, or 127.0.0.1:PORT.",
    ),
)


def simulation_options(replications: str, out: str) -> Options:
    """What `run` and `sweep` take alike: how much is simulated, of what, by whom, and where it is kept."""
    return _together(
        replications_option(replications, default=20),
        seed_option("Root of all randomness.", default=1),
        pool_options,
        years_option("Years of 52 weeks after the start."),
        sets_option,
        click.option(
            "--out",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("runs"),
            show_default=True,
            help=out,
        ),
        click.option("--fresh", is_flag=True, help="Compute again what is already there."),
    )


def comparison_options(replications: str) -> Options:
    """What `compare` and `report` take alike: of which runs, and what is made of them."""
    return _together(
        replications_option(replications),
        seed_option("Seed of the scenarios' runs; unless told, that of the first folder, else 1."),
        workers_option,
        years_option("Years of 52 weeks, of what is a scenario."),
        click.option(
            "--explain", "explained", is_flag=True, help="Say how much each lever that differs adds."
        ),
        click.option(
            "--calibration",
            metavar="SCENARIO",
            default="tight-everywhere",
            show_default=True,
            help="Tell of other patients under its tightness of units as well; `none` leaves that out, and with it "
            "half the work.",
        ),
        runs_option,
    )


def one_kind_of_workers(workers: int | None, cluster: str | None) -> None:
    """Raises UsageError where processes are asked for beside a cluster."""
    if workers is not None and cluster is not None:
        raise click.UsageError(
            "-j is for processes here; a --cluster has the workers that it has. Leave one out."
        )


class Lazy(NamedTuple):
    """Where a command lives, and the line that lists it."""

    module: str
    attribute: str
    help: str

    @property
    def works(self) -> bool:
        """Whether its module is there: a command is listed when it works, not before."""
        return importlib.util.find_spec(self.module) is not None


class Command(click.Command):
    """A command whose help begins with `examples`, lines that can be typed as they stand."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)


class LazyGroup(click.Group):
    """Commands by name, each imported on first use, listed in the order of the table."""

    def __init__(
        self, *args: Any, lazy: Mapping[str, Lazy], examples: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy
        self.examples = examples

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, command in self.lazy.items() if command.works]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        lazy = self.lazy[cmd_name]
        command = getattr(importlib.import_module(lazy.module), lazy.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{lazy.module}.{lazy.attribute} is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            ctx.fail(f"No such command {args[0][:60]!r}{suggestion(args[0][:60], names)}")
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.lazy[name].help) for name in self.list_commands(ctx)])


def _write_examples(examples: tuple[str, ...], formatter: click.HelpFormatter) -> None:
    if examples:
        formatter.write("Examples:\n" + "".join(f"  {line}\n" for line in examples) + "\n")
