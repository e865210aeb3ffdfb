"""Factors, designs and the screening by elementary effects."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from model.experiments.designed import Design, plan_design, promise, run_design
from model.experiments.errors import PlanError
from model.experiments.factors import Factor, Member, factors_of, settled
from model.experiments.morris import elementary_effects, finding, morris_design, morris_effects, trajectories_lost
from model.experiments.results import RunTable, read_runs
from model.output.result import RunResult
from model.scenario.listing import armed_actors
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from tests.experiments.fakes import fake_simulate, scenario
from tests.scenario.conftest import TINY


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("tiny") / "tiny.toml"
    path.write_text(f"world = '{TINY.as_posix()}'\nmonths = 1\n")
    return load_scenario(str(path))


def unit_factors(count: int) -> tuple[Factor, ...]:
    members = [Member((f"x{number}",)) for number in range(count)]
    return tuple(Factor(f"x{k}", (member,), "assumed", "-", "") for k, member in enumerate(members))


def linear(spec: RunSpec) -> RunResult:
    """An outcome of three factors: 4 x0 - 2 x1, noise that all points share, and noise of its own that x2 changes."""
    asked = json.loads(spec.scenario)
    if asked["x0"] == asked.get("raise_at"):
        raise ValueError("out of reach")
    noise = np.random.default_rng(spec.seed).normal()
    own = np.random.default_rng([spec.seed, int(1000 * asked["x2"])]).normal()
    empty = fake_simulate(RunSpec.make("x", scenario(months=0))).tables
    return RunResult({"tonnes": 4 * asked["x0"] - 2 * asked["x1"] + 100 * noise + own, "flat": 1.0}, empty)


def linear_runs(folder: Path, design: Design, **said: float) -> RunTable:
    resolved = {"x0": 0.5, "x1": 0.5, "x2": 0.5, **said}
    plan = plan_design("linear", {"a": resolved}, design, replicates=3)
    run_design(plan, folder, jobs=1, quiet=True, simulate=linear)
    return read_runs(folder)


def test_what_actors_share_moves_together_and_patterns_name_single_ones(tiny: Scenario) -> None:
    factors = {factor.name: factor for factor in factors_of(tiny)}
    shared, differing = factors["actors.ArmedActor.commit_share"], factors["actors.EthnicArmedOrganization.troops"]
    assert [member.keys[1] for member in shared.members] == armed_actors([tiny])
    eaos = [name for name, actor in tiny.actors.items() if actor.kind == "EthnicArmedOrganization"]
    assert [member.keys[1] for member in differing.members] == eaos
    assert "actors.KIA.commit_share" not in factors
    assert "months" not in factors  # a convention, not knowledge
    assert {"structure.mine_stop", "beijing.weight_offensive", "processes.trade.leak"} <= set(factors)
    assert [factor.name for factor in factors_of(tiny, ["actors.KIA.commit_share"])] == ["actors.KIA.commit_share"]
    assert {factor.name.split(".")[0] for factor in factors_of(tiny, ["beijing.*"])} == {"beijing"}
    with pytest.raises(PlanError, match=r"comit_share.*did you mean 'actors\.KIA\.commit_share'"):
        factors_of(tiny, ["actors.KIA.comit_share"])


def test_what_describes_an_actor_goes_from_half_to_double_and_the_rest_over_its_declared_range(tiny: Scenario) -> None:
    troops, commit, mine_stop = factors_of(
        tiny, ["actors.KIA.troops", "actors.KIA.commit_share", "structure.mine_stop"]
    )
    own = tiny.resolved()["actors"]["KIA"]["troops"]
    assert [troops.members[0].value(level) for level in (0, 0.5, 1)] == [round(own / 2), own, 2 * own]
    assert [commit.members[0].value(level) for level in (0, 1)] == [0.1, 1.0]
    assert [mine_stop.members[0].value(level) for level in (0, 0.5, 1)] == ["halt", "reagent", "both"]


def test_every_corner_of_every_factor_is_a_valid_scenario_and_the_original_is_untouched(tiny: Scenario) -> None:
    factors, resolved = factors_of(tiny), tiny.resolved()
    before = json.dumps(resolved)
    for level in (0.0, 1.0):
        corner = settled(resolved, factors, [level] * len(factors))
        assert Scenario.model_validate({**corner, "name": "corner"}).resolved() == corner
        assert corner["processes"]["trade"]["leak"] == (0.3 if level else 0.0)
    assert json.dumps(resolved) == before


def test_morris_finds_the_slopes_and_tells_noise_from_effects(tmp_path: Path) -> None:
    design = morris_design(unit_factors(3), 8)
    runs = linear_runs(tmp_path / "out", design)
    table = morris_effects(runs, design, "a", ["tonnes", "flat"])
    assert set(table["outcome"]) == {"tonnes"}  # what never varies has no effects
    by_factor = table.set_index("factor")
    assert by_factor["mu"][["x0", "x1"]].tolist() == pytest.approx([4, -2])
    assert by_factor["mu_star"][["x0", "x1"]].tolist() == pytest.approx([4, 2])
    assert by_factor["sigma"]["x0"] == pytest.approx(0, abs=1e-9)
    # Noise of 100 tonnes is common to all points and drops out; x2 has nothing but noise of its own.
    assert by_factor["noise_share"]["x0"] == pytest.approx(0, abs=1e-9)
    assert by_factor["noise_share"]["x2"] > 0.3
    assert "What moves tonnes most: 1.  (x0), x0, assumed; 2. " in finding(table, "tonnes")
    assert "assumed or weakly identified, not observed" in finding(table, "tonnes")


def test_elementary_effects_are_those_of_salib_replicate_by_replicate() -> None:
    design = morris_design(unit_factors(4), 5)
    values = np.stack([design.levels @ [1.0, 2.0, 3.0, 4.0], design.levels**2 @ [0.0, 0.0, 0.0, 8.0]], axis=1)
    effects = elementary_effects(design.levels, values)
    assert effects.shape == (5, 4, 2)
    assert effects[:, :, 0] == pytest.approx(np.tile([1.0, 2.0, 3.0, 4.0], (5, 1)))
    assert effects[:, :3, 1] == pytest.approx(np.zeros((5, 3)))
    assert effects[:, 3, 1].std() > 0


def test_trajectories_with_a_failed_run_are_left_out_and_counted(tmp_path: Path) -> None:
    design = morris_design(unit_factors(3), 8, seed=2)
    hit = {row // 4 for row in np.flatnonzero(design.levels[:, 0] == 0.0)}
    assert 0 < len(hit) < 7
    runs = linear_runs(tmp_path / "out", design, raise_at=0.0)
    assert runs.failed > 0
    assert trajectories_lost(runs, design, "a", "tonnes") == len(hit)
    table = morris_effects(runs, design, "a", ["tonnes"]).set_index("factor")
    assert table["mu"][["x0", "x1"]].tolist() == pytest.approx([4, -2])


def test_a_design_goes_on_where_it_stopped_and_promises_its_time(tmp_path: Path) -> None:
    design = morris_design(unit_factors(3), 4)
    resolved = {"x0": 0.5, "x1": 0.5, "x2": 0.5}
    first = plan_design("linear", {"a": resolved}, design, replicates=1)
    more = plan_design("linear", {"a": resolved}, design, replicates=2)
    how = {"jobs": 1, "quiet": True, "simulate": linear}
    assert run_design(first, tmp_path / "out", **how).computed == 16
    assert run_design(more, tmp_path / "out", resume=True, **how).computed == 16
    assert run_design(more, tmp_path / "out", **how).computed == 0
    seconds, each = promise(more, jobs=1, simulate=linear)
    assert seconds > 32 * each > 0


def test_too_small_a_design_is_refused() -> None:
    with pytest.raises(PlanError, match="at least 4"):
        morris_design(unit_factors(3), 3)
    with pytest.raises(PlanError, match="at least two factors"):
        morris_design(unit_factors(1), 10)
