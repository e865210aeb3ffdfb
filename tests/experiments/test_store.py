from __future__ import annotations

import errno
import json
import multiprocessing
import os
import socket
from pathlib import Path

import pytest

from model.experiments.batch import run_batch
from model.experiments.errors import BatchError, StoreError
from model.experiments.lock import LOCK_NAME, FolderLock
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.spool import SpoolReader, SpoolWriter, scan
from model.experiments.store import FINAL_TABLES, Store
from model.experiments.worker import run_one
from tests.experiments.fakes import fake_simulate, plan, scenario


def filled(folder: Path, what: BatchPlan, runs: int) -> None:
    """A batch of which some runs are there."""
    with Store(folder, what) as store:
        for spec in store.missing()[:runs]:
            store.add(run_one(fake_simulate, spec))


def part_of(folder: Path) -> Path:
    (part,) = folder.glob("spool/part-*.spool")
    return part


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    records = [os.urandom(1000), b"", b"PGW1" * 10]
    headed = [
        run_one(fake_simulate, spec).record + record for spec, record in zip(plan(3).specs, records, strict=False)
    ]
    with SpoolWriter(tmp_path) as writer:
        entries = [writer.append(record, "ok") for record in headed]
    found, notes = scan(tmp_path)
    assert notes == []
    assert [(e.offset, e.length) for e in found.values()] == [(e.offset, e.length) for e in entries]
    with SpoolReader() as reader:
        assert [bytes(reader.record(entry)) for entry in entries] == headed


def test_torn_tail_costs_the_last_run_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    what = plan()
    filled(out, what, 5)
    part = part_of(out)
    whole = part.read_bytes()
    for cut in (1, 7, 600):
        part.write_bytes(whole[:-cut])
        with Store(out, what, resume=True) as store:
            assert len(store.entries) == 4
            assert "cut off or damaged" in store.notes[0]
    report = run_batch(what, out, jobs=1, resume=True, simulate=fake_simulate)
    assert report.computed == 8
    run_batch(what, tmp_path / "clean", jobs=1, simulate=fake_simulate)
    for name in FINAL_TABLES:
        assert (out / name).read_bytes() == (tmp_path / "clean" / name).read_bytes()


def test_a_spool_of_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    out, what = tmp_path / "out", plan()
    filled(out, what, 5)
    part_of(out).write_bytes(part_of(out).read_bytes().replace(b"PGW5", b"PGW4"))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name != LOCK_NAME}
    with pytest.raises(
        StoreError, match=r"another format \(PGW4; this one reads PGW5\); finish the batch with that version"
    ):
        run_batch(what, out, jobs=1, resume=True, simulate=fake_simulate)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("piece", [5, 1 << 20])
def test_damage_in_the_middle_costs_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr("model.experiments.spool._PIECE", piece)
    what = plan()
    filled(tmp_path / "out", what, 5)
    part = part_of(tmp_path / "out")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    with Store(tmp_path / "out", what, resume=True) as store:
        assert len(store.entries) == 4


def test_disk_that_fills_leaves_whole_results_and_an_honest_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, what = tmp_path / "out", plan()
    with monkeypatch.context() as patched:
        patched.setattr("model.experiments.spool.open", lambda *a, **k: FullDisk(Path(a[0]), 4), raising=False)
        report = run_batch(what, out, jobs=1, simulate=fake_simulate)
    assert (report.exit_code, report.ok) == (4, 4)
    said = capsys.readouterr().err
    assert "the disk is full" in said
    assert "4 of 12 runs are kept" in said
    assert not any((out / name).exists() for name in FINAL_TABLES)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["status"] == "stopped"
    report = run_batch(what, out, jobs=1, resume=True, simulate=fake_simulate)
    assert (report.computed, report.exit_code) == (8, 0)


class FullDisk:
    """A file on a disk that takes some frames, and then half of one."""

    def __init__(self, path: Path, frames: int) -> None:
        self._file, self._left = path.open("xb", buffering=0), frames

    def write(self, data: memoryview) -> int:
        if self._left == 0:
            self._file.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._left -= 1
        return self._file.write(data) or 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def test_disk_that_fills_while_tables_are_written_leaves_none_that_look_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("model.experiments.assemble.CsvFile.add", full)
        report = run_batch(plan(), out, jobs=1, simulate=fake_simulate)
    assert (report.exit_code, report.ok, report.complete) == (4, 12, False)
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "spool"]
    assert run_batch(plan(), out, jobs=1, resume=True, simulate=fake_simulate).computed == 0
    assert (out / "effects.csv").exists()


def test_too_little_room_is_found_before_run_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    with pytest.raises(StoreError, match="1 MB are free on this disk, but 12 runs need about"):
        run_batch(plan(), tmp_path / "out", simulate=fake_simulate)


def hold(folder: Path, ready: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event) -> None:
    with FolderLock(folder):
        ready.set()
        done.wait(20)


def test_second_writer_is_refused_and_the_first_is_named(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=hold, args=(tmp_path, ready, done))
    process.start()
    assert ready.wait(20)
    with pytest.raises(StoreError, match=rf"process {process.pid} on {socket.gethostname()} since .* delete"):
        run_batch(plan(), tmp_path, simulate=fake_simulate)
    process.kill()  # a lock left behind by a killed process does not count
    process.join()
    assert (tmp_path / LOCK_NAME).exists()
    assert run_batch(plan(1), tmp_path, jobs=1, simulate=fake_simulate).exit_code == 0
    assert not (tmp_path / LOCK_NAME).exists()


def test_lock_of_another_machine_stands_until_it_is_deleted(tmp_path: Path) -> None:
    lock = tmp_path / LOCK_NAME
    lock.write_text(json.dumps({"pid": 7, "host": "elsewhere", "since": "2025-08-01 12:00:00"}), encoding="utf-8")
    with pytest.raises(StoreError, match="process 7 on elsewhere"), FolderLock(tmp_path):
        pass
    lock.unlink()
    with FolderLock(tmp_path) as held:
        assert held.holder()["pid"] == os.getpid()


def test_folder_that_is_not_ours_is_refused_and_untouched(tmp_path: Path) -> None:
    notes = tmp_path / "notes.docx"
    notes.write_text("mine", encoding="utf-8")
    for options in ({}, {"resume": True}, {"overwrite": True}):
        with pytest.raises(StoreError, match=r"is not empty and contains no batch \(it has notes.docx\)"):
            run_batch(plan(), tmp_path, simulate=fake_simulate, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.docx"]


def test_overwriting_removes_our_own_files_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(plan(3, status_quo=scenario(raise_in=[0])), out, jobs=1, simulate=fake_simulate)
    foreign = [out / "notes.docx", out / "spool" / "mine.txt", out / "errors" / "mine.txt"]
    for path in foreign:
        path.write_text("mine", encoding="utf-8")
    other = plan(2, alone=scenario(effect=9.0))
    with pytest.raises(StoreError, match="replace it with --overwrite"):
        run_batch(other, out, simulate=fake_simulate)
    report = run_batch(other, out, jobs=1, overwrite=True, simulate=fake_simulate)
    assert (report.computed, report.ok, report.exit_code) == (2, 2, 0)
    assert all(path.read_text(encoding="utf-8") == "mine" for path in foreign)
    assert [path.name for path in (out / "errors").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["file", "file/below", ""])
def test_place_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"give a folder|cannot be created"):
        run_batch(plan(), str(tmp_path / name) if name else "", simulate=fake_simulate)


def test_symbolic_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert run_batch(plan(1), tmp_path / "link", jobs=1, simulate=fake_simulate).exit_code == 0
    assert (tmp_path / "real" / "runs.csv").exists()
    assert (tmp_path / "link").is_symlink()


def test_folder_names_in_any_script(tmp_path: Path) -> None:
    out = tmp_path / "ကချင် state (2025) é" / "out"
    report = run_batch(plan(2, **{"ရှမ်း 稀土 #1": scenario()}), out, jobs=1, simulate=fake_simulate)
    assert report.exit_code == 0
    assert "ရှမ်း 稀土 #1" in (out / "runs.csv").read_text(encoding="utf-8")


def test_resuming_another_batch_names_the_difference(tmp_path: Path) -> None:
    out = tmp_path / "out"
    filled(out, plan(4), 3)
    changed = {"status_quo": scenario(), "engage": scenario(effect=2.5)}
    cases = {
        "scenario 'engage': effect was 2.0, is 2.5": plan(4, **changed),
        "scenario 'engage' has been removed": plan(4, status_quo=scenario()),
        "replicates was 4, is 2: it can grow, not shrink": plan(2),
        "base_seed was 0, is 1": make_plan(
            "fakes", {"status_quo": scenario(), "engage": scenario(effect=2.0)}, replicates=4, base_seed=1
        ),
        "record was .*, is .*control=monthly": make_plan(
            "fakes",
            {"status_quo": scenario(), "engage": scenario(effect=2.0)},
            replicates=4,
            record=["control=monthly"],
        ),
    }
    for sentence, other in cases.items():
        with pytest.raises(BatchError, match=sentence):
            run_batch(other, out, resume=True, simulate=fake_simulate)
    with Store(out, plan(4), resume=True) as store:
        assert len(store.entries) == 3


def test_table_that_cannot_be_replaced_is_written_beside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    filled(out, plan(2), 1)
    (out / "summary.csv").mkdir()
    report = run_batch(plan(2), out, jobs=1, resume=True, simulate=fake_simulate)
    assert report.exit_code == 0
    assert "summary.new.csv" in report.lines[0]
    assert (out / "summary.new.csv").read_text(encoding="utf-8").startswith("scenario,point,outcome")
    assert (out / "runs.csv").is_file()


def test_quiet_batch_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_batch(plan(2), tmp_path / "out", jobs=1, quiet=True, simulate=fake_simulate)
    said = capsys.readouterr()
    assert said.out == said.err == ""
