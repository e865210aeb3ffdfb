from __future__ import annotations

import copyreg
import gc
import weakref

import mesa
import numpy as np
import pyarrow as pa
import pytest
from mesa.discrete_space import Cell, OrthogonalMooreGrid

from model.experiments.codec import encode, read_body, read_header
from model.experiments.simulate import dispose
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
    names, values, tables = read_body(record, read_header(record)["lengths"])
    outcomes = dict(zip(names.decode().split("\n"), np.frombuffer(values).tolist(), strict=True))
    assert outcomes == result.outcomes
    for name, table in tables.items():
        assert table.to_pylist() == result.tables[name].drop_columns(["run_id", "scenario", "replicate"]).to_pylist()


def test_table_without_rows_takes_no_room() -> None:
    (spec, *_) = plan(1).specs
    result = fake_simulate(spec)
    empty = {name: table.slice(0, 0) for name, table in result.tables.items()}
    lengths = read_header(encode(spec.run_id, "ok", "", 0.0, {"a": 1.0}, empty))["lengths"]
    assert lengths == [1, 8, 0, 0, 0, 0, 0]
    record = encode(spec.run_id, "ok", "", 0.0, {"a": 1.0}, empty)
    for name, table in read_body(record, lengths)[2].items():
        assert table.num_rows == 0
        assert table.column_names == empty[name].drop_columns(["run_id", "scenario", "replicate"]).column_names


def test_outcome_that_is_not_a_number_is_missing_and_an_infinite_one_an_error() -> None:
    (spec, *_) = plan(1).specs
    tables = fake_simulate(spec).tables
    record = encode(spec.run_id, "ok", "", 0.0, {"a": float("nan"), "b": None}, tables)
    names, values, _ = read_body(record, read_header(record)["lengths"])
    assert names == b"a\nb" and np.isnan(np.frombuffer(values)).tolist() == [True, True]
    with pytest.raises(ValueError, match="an outcome is infinite"):
        encode(spec.run_id, "ok", "", 0.0, {"a": float("inf")}, tables)


def test_table_with_a_wrong_type_is_named() -> None:
    (spec, *_) = plan(1).specs
    tables = fake_simulate(spec).tables
    place = tables["monthly"].schema.get_field_index("month")
    months = tables["monthly"]["month"].cast(pa.float64())
    tables["monthly"] = tables["monthly"].set_column(place, "month", months)
    with pytest.raises(ValueError, match="table 'monthly' differs from its schema: month is double, expected int32"):
        encode(spec.run_id, "ok", "", 0.0, {}, tables)
