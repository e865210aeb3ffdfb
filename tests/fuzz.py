"""Inputs gone wrong in every way that chance finds: ``make fuzz``, or ``python -m tests.fuzz --inputs 4000 --folders 300``.

Scenario, batch, design and world files are mutated, and folders of results damaged. Each input must be taken, or refused in a
sentence, within a time; what a damaged folder still gives must be what the whole one gave. A fifth of the inputs are odd but allowed
and run for some months (:mod:`tests.fuzz_runs`).
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from model.cli.boundary import FAULT, told
from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.experiments.design import read_points
from model.experiments.merge import merge_batches
from model.experiments.results import read_runs
from model.scenario.files import shipped_scenarios
from model.scenario.read import load_scenario
from model.scenario.spec import canonical_json
from model.views.read import Results
from model.world.read import load_world
from tests.experiments.fakes import fake_simulate, plan
from tests.fuzz_runs import try_run

TINY = Path(__file__).parent / "tiny"
LONGEST_SECONDS = 20
KINDS = ("scenario", "batch", "design", "world", "run")
ODD = (
    "3", "0.5", "1.0", "2", "'one'", "['one.toml']", "[0.3, 0.5]", "'2025-08'", "'KIA'", "true",
    "inf", "-inf", "nan", "1e400", "-1", "0", "1e308", "0.1.2", "9" * 5000, "18446744073709551616",
    "''", "'\\u202e'", '"\\u202eab"', '"\\u001b[31m"', "'nobody'", "'NUG'", "'" + "x" * 300 + "'", "'$x_{'", "'<script>'",
    "'=1+2'", "'../../etc'", "'a\nb'", "\0", "\ud7ff", "[]", "{}", "[[]]", "[{}]", "[1, 'a', {}]", "[" * 200,
    "{a = {b = {}}}", "{from = 0, to = 1, step = 0}", "{from = 0, to = 1e300, step = 1e-300}",
    "1979-05-27", "07:32:00", "2025-13", "'2025-13'", "\u0661", "'\u0662\u0660\u0662\u0665-08'",
)  # fmt: skip
"""Values for keys of a TOML file; the first ten are such that a key may have them."""
_MILD = 10
CELLS = (
    "", "nan", "inf", "-1", "1e400", "nobody", "KIA", "kia", "MMR001001", "T06", "\u202e", "9" * 5000, "1e308", "0", "0.5",
    '"', "a,b", "\0", "\u0663", "<b>", "$x_{", "NA", "-0", "1_0", " ", "999999999999", "18446744073709551616", "3.5", "true",
)  # fmt: skip
"""Cells of a CSV file."""


SCENARIO = f"""title = 'x'
months = 6
world = '{TINY.as_posix()}'
start = '2025-08'
[actors.KIA]
troops = 900
commit_share = 0.4
[united_states.instruments.aid]
kind = 'aid'
target = 'KIA'
level = 1.0
start = 1
[[forcing]]
name = 'a'
kind = 'price_factor'
value = 1.2
start = '2025-09'
[structure]
contest = 'ratio'
"""


class HangError(BaseException):
    """An input took too long."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """A block that is given up after some seconds."""

    def give_up(*_: Any) -> None:
        raise HangError

    # The processor's time, so that a busy machine makes no hang; one that waits for something has ten times as long.
    both = (signal.SIGPROF, signal.SIGALRM)
    before = [signal.signal(one, give_up) for one in both]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for one, handler in zip(both, before, strict=True):
            signal.signal(one, handler)


def mutated_text(text: str, odd: random.Random) -> bytes:
    """A text of keys and values with one to three changes: odd values, lines lost, doubled, moved or renamed, bits turned."""
    lines = text.splitlines()
    for _ in range(odd.choice((1, 1, 2, 3))):
        place = odd.randrange(len(lines))
        key, equals, _ = lines[place].partition("=")
        way = odd.randrange(8)
        if way <= 3 and equals:
            lines[place] = f"{key}= {odd.choice(ODD[:_MILD] if odd.random() < 0.5 else ODD)}"
        elif way == 4:
            lines.insert(odd.randrange(len(lines)), lines[place])
        elif way == 5 and len(lines) > 1:
            del lines[place]
        elif way == 6 and len(lines[place]) > 1:
            at = odd.randrange(len(lines[place]))
            lines[place] = lines[place][:at] + odd.choice("[]{}'\"=.#\\ \u202eZ0") + lines[place][at + 1 :]
        else:
            lines.insert(
                place,
                f"{odd.choice(('months', 'actors', 'x', 'actors.KIA.kind', 'name', 'world'))} = {odd.choice(ODD)}",
            )
    content = bytearray("\n".join(lines).encode("utf-8", "surrogatepass"))
    if odd.random() < 0.1 and content:
        content[odd.randrange(len(content))] ^= 1 << odd.randrange(8)
    return bytes(content)


def mutated_table(text: str, odd: random.Random) -> bytes:
    """A CSV table with one to three changes: odd cells, rows and columns lost or doubled, the header changed."""
    rows = [line.split(",") for line in text.splitlines()]
    for _ in range(odd.randint(1, 3)):
        row, way = odd.randrange(len(rows)), odd.randrange(8)
        if way <= 4 and rows[row]:
            rows[row][odd.randrange(len(rows[row]))] = odd.choice(CELLS)
        elif way == 5:
            rows.insert(odd.randrange(len(rows)), list(rows[row]))
        elif way == 6 and len(rows) > 1:
            del rows[row]
        else:
            rows = rows[: odd.randrange(len(rows)) + 1]
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")


def try_scenario(folder: Path, odd: random.Random) -> None:
    """A mutated scenario on the world of twelve townships, or a shipped one."""
    base = odd.choice([*shipped_scenarios().values()]).read_text(encoding="utf-8")
    if odd.random() < 0.8:
        base = SCENARIO
    path = folder / "odd.toml"
    path.write_bytes(mutated_text(base, odd))
    canonical_json(load_scenario(str(path)).resolved())


def try_batch(folder: Path, odd: random.Random) -> None:
    """A mutated batch file."""
    (folder / "one.toml").write_text(f"world = '{TINY.as_posix()}'\nmonths = 3\n", encoding="utf-8")
    base = (
        "scenarios = ['one.toml']\nreplicates = 2\nbase_seed = 1\nname = 'x'\nrecord = ['control=monthly']\nreference = 'one'\n"
        "[sweep]\nactors.KIA.commit_share = [0.3, 0.6]\n'processes.trade.leak' = {from = 0, to = 0.2, step = 0.1}\n"
        "[[points]]\nlabel = 'a'\nset = {'actors.KIA.troops' = 900}\n"
    )
    path = folder / "odd.toml"
    path.write_bytes(mutated_text(base, odd))
    read_plan([str(path)])


def try_design(folder: Path, odd: random.Random) -> None:
    """A mutated table of design points."""
    path = folder / "odd.csv"
    path.write_bytes(mutated_table("label,actors.KIA.commit_share,months\na,0.3,4\nb,0.4,5\nc,,6\n", odd))
    read_points(path)


def try_world(folder: Path, odd: random.Random) -> None:
    """The world of twelve townships with a mutated table; one that is taken must carry a scenario."""
    world = folder / "world"
    shutil.rmtree(world, ignore_errors=True)
    shutil.copytree(TINY, world)
    table = odd.choice(sorted(path for path in world.rglob("*.csv")))
    if odd.random() < 0.05:
        table.unlink()
    else:
        table.write_bytes(mutated_table(table.read_text(encoding="utf-8"), odd))
    load_world.cache_clear()
    load_world(str(world))
    if odd.random() < 0.3:
        load_scenario("status_quo", [f"world={world.as_posix()}", "months=1"])


WAYS: dict[str, Callable[[Path, random.Random], None]] = {
    "scenario": try_scenario,
    "batch": try_batch,
    "design": try_design,
    "world": try_world,
    "run": try_run,
}


def whole_folder(folder: Path) -> pd.DataFrame:
    """A batch of invented results; what reading it gives."""
    run_batch(plan(2), folder, jobs=1, quiet=True, simulate=fake_simulate)
    return read_runs(folder).frame


def damaged(folder: Path, odd: random.Random) -> None:
    """Cut, empty, flip, swap or lose one to three files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in odd.sample(files, odd.randint(1, 3)):
        content = bytearray(path.read_bytes())
        way = odd.randrange(6)
        if way == 0 or not content:
            path.unlink()
        elif way == 1:
            path.write_bytes(content[: odd.randrange(len(content))])
        elif way == 2:
            at = odd.randrange(len(content))
            path.write_bytes(content[:at] + content[at + 3 :])
        elif way == 3:
            path.write_bytes(odd.choice(files[:1] if not files[0].is_file() else [path]).read_bytes()[::-1])
        else:
            content[odd.randrange(len(content))] ^= 1 << odd.randrange(8)
            path.write_bytes(content)


def try_folder(whole: Path, frame: pd.DataFrame, folder: Path, odd: random.Random) -> None:
    """A damaged copy: what it gives is what the whole one gave, and going on makes it whole or says why not."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    damaged(folder, odd)
    way = odd.randrange(4)
    if way == 0:
        pd.testing.assert_frame_equal(read_runs(folder).frame, frame)
    elif way == 1:
        results = Results.open(folder)
        for table in results.tables:
            results.frame(table, results.columns(table))
    elif way == 2:
        run_batch(plan(2), folder, jobs=1, quiet=True, resume=True, simulate=fake_simulate)
        pd.testing.assert_frame_equal(read_runs(folder).frame, frame)
    else:
        merge_batches([folder], folder.with_name("merged"), overwrite=True, quiet=True)


def fuzz(inputs: int, folders: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Try some inputs.

    Args:
        inputs: mutated files.
        folders: damaged folders.
        seed: of all mutations.

    Returns:
        How many were taken and refused of each kind; what went wrong, with the number that repeats it.
    """
    counts: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        frame = whole_folder(place / "whole") if folders else None
        for number in range(inputs + folders):
            odd = random.Random(f"{seed}-{number}")
            kind = KINDS[number % len(KINDS)] if number < inputs else "folder"
            try:
                with limited(LONGEST_SECONDS):
                    if frame is not None and kind == "folder":
                        try_folder(place / "whole", frame, place / "odd", odd)
                    else:
                        WAYS[kind](place, odd)
                counts[f"{kind} taken"] += 1
            except HangError:
                faults.append(f"{kind} {seed}-{number}: took more than {LONGEST_SECONDS} s")
            except Exception as error:
                if told_of(error):
                    counts[f"{kind} refused"] += 1
                else:
                    faults.append(f"{kind} {seed}-{number}: {''.join(traceback.format_exception(error)[-3:])}")
    return counts, faults


def told_of(error: Exception) -> bool:
    """Whether a command would say it in a sentence."""
    if isinstance(error, AssertionError):
        return False
    lines, code = told(error)
    if code == FAULT:
        Path(lines[0].rpartition(" ")[2]).unlink(missing_ok=True)
    return code != FAULT and all(lines)


def main() -> None:
    """Try as many inputs as asked for, and end with 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=4000)
    parser.add_argument("--folders", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    started = time.monotonic()
    counts, faults = fuzz(asked.inputs, asked.folders, asked.seed)
    print("\n".join(faults))
    print(", ".join(f"{kind} {number}" for kind, number in sorted(counts.items())))
    print(
        f"{asked.inputs} inputs and {asked.folders} folders, {len(faults)} faults, {time.monotonic() - started:.0f} s"
    )
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
