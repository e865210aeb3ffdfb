"""The command ``batch``: thin; what an option means stands beside its name."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from model.cli import tell
from model.cli.text import fail, results_folder

if TYPE_CHECKING:
    from model.experiments.plan import BatchPlan

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Override a parameter, such as actors.KIA.troops=20000; repeatable."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print less: no progress, no chronicle.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]


def _use_plugins(files: list[Path] | None) -> list[Path] | None:
    """Make the kinds of actors in some files known, before any scenario is read."""
    if files:
        from model.scenario.plugins import use_plugin

        for file in files:
            use_plugin(file)
    return files


Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        callback=_use_plugins,
        help="Python file that defines kinds of actors or outcomes; repeatable.",
    ),
]

Months = Annotated[int | None, typer.Option(min=0, help="Length of a run in months; short for --set months=N.")]

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="One batch file, or one or more scenarios (names or files).")
]
Replicates = Annotated[int | None, typer.Option("--replicates", "-r", help="Runs per scenario.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Number of processes [default: one per core].")]
Out = Annotated[str | None, typer.Option(metavar="FOLDER", help="Folder [default: results/NAME].")]
Resume = Annotated[bool, typer.Option("--resume", help="Compute only the runs missing from the folder.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the batch in the folder.")]
RerunFailed = Annotated[bool, typer.Option("--rerun-failed", help="With --resume: repeat failed runs.")]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failed run.")]
BaseSeed = Annotated[int | None, typer.Option(help="Seed from which the seeds of all replicates are derived.")]
Seeds = Annotated[str | None, typer.Option(metavar="N,N,...", help="Seeds of the replicates, such as 1,2,17.")]
Parameters = Annotated[
    str | None,
    typer.Option(
        metavar="SET",
        help="Parameter sets, one per replicate in turn: plausible (usual for batches), a CSV file, or defaults for central values.",
    ),
]
Reference = Annotated[str | None, typer.Option(metavar="SCENARIO", help="Scenario that the others are compared with.")]
Timeout = Annotated[float | None, typer.Option(help="Seconds after which a run is abandoned.")]
Record = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT",
        help="Record more: control=monthly for the map of every month, lanes=monthly for the lanes of each crossing; repeatable.",
    ),
]
Variants = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Cross with rival mechanisms: all, or a name of [structure]; repeatable."),
]

ExecutorName = Annotated[
    str,
    typer.Option(
        "--executor",
        metavar="WHO",
        help="serial, processes, dask, or a Dask scheduler: tcp://host:8786 (anyone who can reach it can run code), or tls://host:8786 "
        "with the certificates in Dask's settings, distributed.comm.tls.",
    ),
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only estimate runs, time and disk space.")]
Shard = Annotated[
    str | None, typer.Option(metavar="PART/PARTS", help="Compute one shard, such as 3/40; see pangwa merge.")
]

# Options that are handed on under their own names: what the batch is, and how it is computed.
_OF_THE_PLAN = ("replicates", "base_seed", "parameters", "reference", "sets", "record", "variants")
_OF_THE_CALL = ("jobs", "resume", "overwrite", "rerun_failed", "timeout", "fail_fast", "quiet", "executor")

BATCH_EPILOG = (
    "\b\nExamples:\n"
    "  pangwa batch scenarios/batches/policy_options.toml\n"
    "  pangwa batch status_quo engage_kia --replicates 100 --out results/kia\n"
    "  pangwa batch engage_kia --set 'united_states.instruments=[]'\n"
    "  pangwa batch policy_options --resume          continue after an interruption, or add replicates\n"
    "  pangwa batch policy_options --dry-run         estimate runs, time and disk space\n"
    "  pangwa batch policy_options --shard 3/40      one shard of forty, for a job array; then\n"
    "  pangwa merge results/policy_options.shard-* --out results/policy_options"
)


def batch(
    files: Files,
    replicates: Replicates = None,
    jobs: Jobs = None,
    out: Out = None,
    resume: Resume = False,
    overwrite: Overwrite = False,
    rerun_failed: RerunFailed = False,
    fail_fast: FailFast = False,
    sets: Sets = None,
    months: Months = None,
    base_seed: BaseSeed = None,
    seeds: Seeds = None,
    parameters: Parameters = None,
    reference: Reference = None,
    timeout: Timeout = None,
    executor: ExecutorName = "processes",
    record: Record = None,
    variants: Variants = None,
    plugin: Plugins = None,
    shard: Shard = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Run scenarios many times with common random numbers and compare them: tables, effects and figures in one folder."""
    given = locals() | {"sets": with_months(sets, months)}
    from model.experiments.batch import check_call, run_batch
    from model.experiments.batch_file import read_plan

    wishes = {name: value for name in _OF_THE_PLAN if (value := given[name]) is not None}
    plan = read_plan(files, seeds=_seeds(seeds), command=["pangwa", *sys.argv[1:]], **wishes)
    folder = results_folder(out, plan.name)
    if shard is not None:
        from model.experiments.merge import parse_shard

        plan = replace(plan, shard=(part := parse_shard(shard)))
        folder = folder if out is not None else folder.with_name(f"{folder.name}.shard-{part[0]}-of-{part[1]}")
    if dry_run:
        check_call(folder, timeout, executor)
        say_estimate(plan, folder, jobs, timeout)
    report = run_batch(plan, folder, **{name: given[name] for name in _OF_THE_CALL})
    if report.complete and report.ok:
        tell.tell_batch(report.folder, figures=not no_figures, fresh=report.computed > 0)
    raise typer.Exit(report.exit_code)


def with_months(sets: list[str] | None, months: int | None) -> list[str]:
    """The overrides of ``--set`` and the one that ``--months`` is short for."""
    return [*(sets or ()), *([] if months is None else [f"months={months}"])]


def say_estimate(plan: BatchPlan, folder: Path, jobs: int | None, timeout: float | None) -> NoReturn:
    """Say how many runs a plan has, how long they take and how much disk, and end the command."""
    from model.experiments.estimate import describe
    from model.experiments.simulate import simulate

    for line in describe(plan, folder, simulate, jobs=jobs, timeout=timeout):
        typer.echo(line)
    raise typer.Exit


def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Folders written by pangwa batch --shard.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the whole batch.")],
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Merge the shards of a batch: tables, effects and figures as if it had been computed at once."""
    from model.experiments.merge import merge_batches

    report = merge_batches(folders, out, overwrite=overwrite, quiet=quiet)
    if report.ok:
        tell.tell_batch(report.folder, figures=not no_figures, fresh=True)
    raise typer.Exit(report.exit_code)


def _seeds(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        fail(f"--seeds {text}: must be whole numbers separated by commas, such as 1,2,17")
