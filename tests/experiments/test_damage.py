"""Results that were cut, flipped, lost, or come from a stranger: what is read is what was written, or a sentence."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.experiments import files
from model.experiments.batch import run_batch
from model.experiments.errors import StoreError
from model.experiments.frozen import code_digests
from model.experiments.manifest import checked_manifest, read_manifest
from model.experiments.merge import merge_batches
from model.experiments.results import read_runs
from model.experiments.store import FINAL_TABLES, MANIFEST
from tests.experiments.fakes import fake_simulate, plan, scenario


def flip(path: Path) -> None:
    """Turn one bit, somewhere that depends on the file's name alone."""
    content = bytearray(path.read_bytes())
    place = random.Random(path.name).randrange(8 * len(content))
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: tuple[Callable[[Path], None], ...] = (flip, cut, Path.unlink)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "whole"
    run_batch(plan(3), folder, jobs=1, quiet=True, simulate=fake_simulate)
    return folder


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", [*FINAL_TABLES, MANIFEST])
def test_a_damaged_table_is_noticed_and_resume_writes_it_again(
    batch: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    damage(folder / name)
    with pytest.raises(StoreError, match=name):
        read_runs(folder)
    report = run_batch(plan(3), folder, jobs=1, quiet=True, resume=True, simulate=fake_simulate)
    assert (report.computed, report.exit_code) == (0, 0)
    for table in FINAL_TABLES:
        assert (folder / table).read_bytes() == (batch / table).read_bytes()
    assert checked_manifest(folder)["tables"].keys() == set(FINAL_TABLES)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("names", [["plan.json"], ["plan.copy.json"], ["plan.json", "plan.copy.json"]])
def test_a_lost_plan_loses_no_run(
    batch: Path, tmp_path: Path, names: list[str], damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    (folder / "runs.csv").unlink()
    for name in names:
        damage(folder / "spool" / name)
    with pytest.raises(StoreError, match=r"none of the stored runs|cannot continue"):
        run_batch(plan(3, other=scenario(effect=9.0)), folder, quiet=True, resume=True, simulate=fake_simulate)
    report = run_batch(plan(3), folder, jobs=1, quiet=True, resume=True, simulate=fake_simulate)
    assert (report.computed, report.exit_code) == (0, 0)
    assert (folder / "runs.csv").read_bytes() == (batch / "runs.csv").read_bytes()


@pytest.mark.parametrize("place", [0, 1, 3, 40, -300])
def test_three_bytes_of_the_spool_cost_one_run_at_most(batch: Path, tmp_path: Path, place: int) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    (folder / "runs.parquet").unlink()
    (part,) = folder.glob("spool/part-*.spool")
    content = part.read_bytes()
    place %= len(content)
    part.write_bytes(content[:place] + content[place + 3 :])
    report = run_batch(plan(3), folder, jobs=1, quiet=True, resume=True, simulate=fake_simulate)
    assert report.computed <= 1
    assert (folder / "runs.parquet").read_bytes() == (batch / "runs.parquet").read_bytes()


def planted(folder: Path, name: str, victim: Path) -> None:
    """Put a link of this name into a folder, in the place of what is there."""
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(victim)


LINKS = [".pangwa.lock", ".manifest.json.part", ".runs.csv.part", "manifest.json", "effects.csv", "spool/plan.json"]


@pytest.mark.parametrize("name", [*LINKS, "spool", "errors", "figures"])
def test_nothing_is_written_through_a_planted_link(batch: Path, tmp_path: Path, name: str) -> None:
    folder, aside = tmp_path / "out", tmp_path / "aside"
    shutil.copytree(batch, folder)
    (folder / "runs.csv").unlink()
    aside.mkdir()
    victim = aside / "mine.txt"
    victim.write_text("mine")
    planted(folder, name, aside if name in ("spool", "errors", "figures") else victim)
    for way in ({"resume": True}, {"overwrite": True}):
        try:
            run_batch(plan(3), folder, jobs=1, quiet=True, simulate=fake_simulate, **way)
        except StoreError as error:
            assert "link" in str(error) or "contains no batch" in str(error)
    assert [path.name for path in aside.iterdir()] == ["mine.txt"]
    assert victim.read_text() == "mine"


WRITERS = [files.whole, files.csv_rows, files.whole_folder]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, writer: Any) -> None:
    with pytest.raises(RuntimeError), writer(tmp_path / "x.csv"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "write",
    [
        lambda path: files.write_text(path, "x"),
        lambda path: files.write_bytes(path, b"x"),
        lambda path: files.write_json(path, {}),
        lambda path: files.write_new(path, "x"),
        *(lambda path, writer=writer: writer(path).__enter__() for writer in WRITERS),
    ],
)
def test_no_writer_follows_a_link(tmp_path: Path, write: Any) -> None:
    for victim in ("mine.txt", "not_there.txt"):
        (tmp_path / "mine.txt").write_text("mine")
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to(tmp_path / victim)
        with pytest.raises((StoreError, FileExistsError)):
            write(tmp_path / "link")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_device_or_pipe_keeps_its_place(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="is a device or a pipe"):
        files.write_text(tmp_path / "pipe", "x")
    assert (tmp_path / "pipe").is_fifo()


def test_a_new_file_takes_a_free_name_alone(tmp_path: Path) -> None:
    files.write_new(tmp_path / "x", "first")
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "x", "second")
    assert (tmp_path / "x").read_text() == "first"


def test_a_lock_that_is_another_name_of_a_file_leaves_the_file_alone(batch: Path, tmp_path: Path) -> None:
    folder, victim = tmp_path / "out", tmp_path / "mine.txt"
    shutil.copytree(batch, folder)
    victim.write_text("")
    os.link(victim, folder / ".pangwa.lock")
    (folder / "runs.csv").unlink()
    with pytest.raises(StoreError, match="hard link"):
        run_batch(plan(3), folder, jobs=1, resume=True, simulate=fake_simulate)
    assert victim.read_text() == ""


def test_shards_are_merged_without_a_byte_written_into_them(tmp_path: Path) -> None:
    from dataclasses import replace

    shards = []
    for part in (1, 2):
        run_batch(replace(plan(2), shard=(part, 2)), tmp_path / f"{part}", jobs=1, quiet=True, simulate=fake_simulate)
        shards.append(tmp_path / f"{part}")
    before = {path: path.stat().st_mtime_ns for shard in shards for path in [shard, *shard.rglob("*")]}
    for shard in shards:
        shard.chmod(0o555)
    try:
        report = merge_batches(shards, tmp_path / "whole", quiet=True)
    finally:
        for shard in shards:
            shard.chmod(0o755)
    assert report.ok == 4
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_runs_of_two_states_of_the_code_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run_batch(plan(2), out, jobs=1, quiet=True, simulate=fake_simulate)
    changed = {**code_digests(), "model/run.py": "00000000"}
    monkeypatch.setattr("model.experiments.frozen.code_digests", lambda: changed)
    assert run_batch(plan(2), out, jobs=1, quiet=True, resume=True, simulate=fake_simulate).computed == 0
    with pytest.raises(StoreError, match=r"computed with different code \(model/run\.py\)"):
        run_batch(plan(3), out, jobs=1, quiet=True, resume=True, simulate=fake_simulate)
    assert run_batch(plan(3), out, jobs=1, quiet=True, overwrite=True, simulate=fake_simulate).computed == 6


def test_another_kind_of_processor_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run_batch(plan(1), out, jobs=1, quiet=True, simulate=fake_simulate)
    assert read_manifest(out)["processor"]
    monkeypatch.setattr("model.experiments.frozen.processor", lambda: "abacus")
    run_batch(plan(2), out, jobs=1, resume=True, simulate=fake_simulate)
    assert "(now abacus): numbers may differ in their last digits" in capsys.readouterr().err


def test_overwriting_takes_what_was_drawn_of_the_old_runs_along(batch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(batch, folder)
    (folder / "figures").mkdir()
    (folder / "figures" / "map.svg").write_text("<svg><dc:title>Pangwa 1</dc:title></svg>")
    (folder / "figures" / "mine.svg").write_text("<svg/>")
    (folder / "report.html").write_text('<meta name="generator" content="Pangwa 1">')
    run_batch(plan(1), folder, jobs=1, quiet=True, overwrite=True, simulate=fake_simulate)
    assert [path.name for path in (folder / "figures").iterdir()] == ["mine.svg"]
    assert not (folder / "report.html").exists()


def test_a_batch_in_which_every_run_failed_is_said_to_hold_nothing(tmp_path: Path) -> None:
    what = plan(2, a=scenario(raise_in=[0, 1]))
    run_batch(what, tmp_path / "out", jobs=1, quiet=True, simulate=fake_simulate)
    with pytest.raises(StoreError, match="nothing to show: all of its 2 runs failed"):
        read_runs(tmp_path / "out")
