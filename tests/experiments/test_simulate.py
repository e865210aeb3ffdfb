from __future__ import annotations

import copyreg
import gc
import weakref
from pathlib import Path

import mesa
import numpy as np
import pyarrow as pa
import pytest
from mesa.discrete_space import Cell, OrthogonalMooreGrid

from model.experiments.codec import encode, read_body, read_header
from model.experiments.simulate import dispose, simulate
from model.experiments.worker import run_one
from model.model import MONTH
from model.output.blocks import RUN_TABLES, RunTables, block_of
from model.output.tables import KEY, schema
from model.run import Run
from model.scenario.given import specify
from tests.experiments.fakes import fake_simulate, plan


class SmallModel(mesa.Model):
    """A model with everything that Mesa's classes hold on to."""

    def __init__(self, rng: int) -> None:
        super().__init__(rng=rng)
        self.grid = OrthogonalMooreGrid((4, 4), random=self.random)
        self.agents_made = [mesa.Agent(self) for _ in range(3)]
        self.cells_seen = [list(cell.neighborhood) for cell in self.grid.all_cells]


def living_cells() -> int:
    """Cells in memory; those of Mesa 3.5 take no weak reference."""
    gc.collect()
    return sum(isinstance(thing, Cell) for thing in gc.get_objects())


def test_disposed_model_leaves_nothing_behind() -> None:
    cells = living_cells()
    before = len(copyreg.dispatch_table)
    ids = getattr(mesa.Agent, "_ids", {})
    known = len(ids)
    model = SmallModel(rng=1)
    reference = weakref.ref(model)
    assert living_cells() > cells
    dispose(model)
    del model
    # Less than before where models of other tests have gone meanwhile.
    assert living_cells() <= cells
    assert reference() is None
    assert len(ids) <= known
    assert len(copyreg.dispatch_table) <= before
    assert Cell not in copyreg.dispatch_table


def test_record_gives_back_outcomes_and_tables() -> None:
    (spec, *_) = plan(1).specs
    result = fake_simulate(spec)
    record = encode(spec.run_id, "ok", "", 0.5, result.outcomes, result.tables)
    names, values, blocks = read_body(record, read_header(record))
    outcomes = dict(zip(names, np.frombuffer(values).tolist(), strict=True))
    assert outcomes == result.outcomes
    assert list(blocks) == list(RUN_TABLES)
    read = RunTables(spec.run_id, spec.label, spec.replicate, blocks)
    for name, table in read.items():
        own = result.tables[name].drop_columns(list(KEY))
        assert table.schema.equals(schema(name))
        assert table.drop_columns(list(KEY)).to_pylist() == own.to_pylist()
        assert {tuple(row.values()) for row in table.select(KEY).to_pylist()} == {
            (spec.run_id, spec.label, spec.replicate)
        }


def test_blocks_of_a_run_are_stored_as_tables_would_be() -> None:
    (spec, *_) = plan(1).specs
    result = fake_simulate(spec)
    blocks = {name: block_of(name, result.tables[name]) for name in RUN_TABLES}
    given = RunTables(spec.run_id, spec.label, spec.replicate, blocks)
    assert list(given) == list(RUN_TABLES) and len(given) == len(RUN_TABLES)
    both = (encode(spec.run_id, "ok", "", 0.5, result.outcomes, tables) for tables in (result.tables, given))
    assert len(set(both)) == 1


def test_table_without_rows_takes_no_room() -> None:
    (spec, *_) = plan(1).specs
    result = fake_simulate(spec)
    empty = {name: table.slice(0, 0) for name, table in result.tables.items()}
    record = encode(spec.run_id, "ok", "", 0.0, {"a": 1.0}, empty)
    header = read_header(record)
    assert header["rows"] == [0] * len(RUN_TABLES)
    assert header["bytes"] == 8 + len('["a"]')
    assert read_body(record, header)[2] == {}


def test_outcome_that_is_not_a_number_is_missing_and_an_infinite_one_an_error() -> None:
    (spec, *_) = plan(1).specs
    tables = fake_simulate(spec).tables
    record = encode(spec.run_id, "ok", "", 0.0, {"a": float("nan"), "b": None}, tables)
    names, values, _ = read_body(record, read_header(record))
    assert names == ("a", "b") and np.isnan(np.frombuffer(values)).tolist() == [True, True]
    with pytest.raises(ValueError, match="an outcome is infinite"):
        encode(spec.run_id, "ok", "", 0.0, {"a": float("inf")}, tables)


def test_table_with_a_wrong_type_is_named() -> None:
    (spec, *_) = plan(1).specs
    tables = dict(fake_simulate(spec).tables)
    place = tables["monthly"].schema.get_field_index("month")
    months = tables["monthly"]["month"].cast(pa.float64())
    tables["monthly"] = tables["monthly"].set_column(place, "month", months)
    with pytest.raises(ValueError, match="table 'monthly' differs from its schema: month is double, expected int32"):
        encode(spec.run_id, "ok", "", 0.0, {}, tables)


def test_row_without_a_value_is_refused_where_there_must_be_one() -> None:
    (spec, *_) = plan(1).specs
    tables = dict(fake_simulate(spec).tables)
    for name, column in (("control", "leader_share"), ("monthly", "mined_t")):
        place = tables[name].schema.get_field_index(column)
        gaps = pa.nulls(tables[name].num_rows, pa.float64())
        tables[name] = tables[name].set_column(place, column, gaps)
    with pytest.raises(ValueError, match="table 'monthly' has rows without a value in: mined_t"):
        encode(spec.run_id, "ok", "", 0.0, {}, tables)


def test_a_run_that_fails_names_the_month(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_in_october(run: Run) -> None:
        if run.date == "2025-10":
            raise ZeroDivisionError("no ore")

    monkeypatch.setattr("model.model.MONTH", (fail_in_october, *MONTH))
    world = Path(__file__).parents[1] / "tiny"
    spec = specify("status_quo", {"world": str(world), "months": 6})
    finished = run_one(simulate, spec, None)
    assert finished.error == "ZeroDivisionError: no ore (in month 3, 2025-10)"
