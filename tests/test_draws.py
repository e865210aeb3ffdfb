"""Keyed draws: their distributions, and that no draw disturbs another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from model.draws import (
    PROCESSES,
    binomial,
    gumbel,
    key,
    keys,
    logistic,
    normal,
    poisson,
    replicate_seed,
    salts_of,
    uniform,
)

U = st.floats(1e-12, 1 - 1e-12)


@given(u=U)
def test_normals_are_those_of_the_inverse_distribution_function(u: float) -> None:
    assert normal(u) == pytest.approx(stats.norm.ppf(u), rel=1e-12, abs=1e-12)


@given(u=U, trials=st.integers(0, 5_000), chance=st.floats(0, 1))
def test_binomial_counts_are_those_of_the_inverse_distribution_function(u: float, trials: int, chance: float) -> None:
    count = binomial(u, trials, chance)
    assert 0 <= count <= trials
    # The least count whose distribution function reaches u; where it reaches u to the last digits, the next may be taken.
    assert stats.binom.cdf(count, trials, chance) >= u - 1e-9
    assert count == 0 or stats.binom.cdf(count - 1, trials, chance) <= u + 1e-9


@given(u=st.floats(1e-9, 1 - 1e-9), mean=st.floats(0, 300))
def test_poisson_counts_are_those_of_the_inverse_distribution_function(u: float, mean: float) -> None:
    count = poisson(u, mean)
    assert stats.poisson.cdf(count, mean) >= u - 1e-9
    assert count == 0 or stats.poisson.cdf(count - 1, mean) <= u + 1e-9


def test_counts_at_the_ends() -> None:
    assert binomial(0.5, 0, 0.5) == binomial(0.5, 7, 0.0) == poisson(0.5, 0.0) == 0
    assert binomial(0.5, 7, 1.0) == 7


@given(x=st.floats(-800, 800))
def test_logistic_and_gumbel(x: float) -> None:
    assert logistic(x) == pytest.approx(special.expit(x), rel=1e-12)
    assert 0 <= logistic(x) <= 1
    assert gumbel(0.3) == pytest.approx(stats.gumbel_r.ppf(0.3))


def test_uniforms_fill_the_interval_evenly() -> None:
    salt = salts_of(1).appraisal
    u = np.array([uniform(salt, 3, one) for one in keys([str(number) for number in range(4_000)])])
    assert ((u > 0) & (u < 1)).all()
    assert stats.kstest(u, "uniform").pvalue > 0.01
    assert stats.kstest([normal(one) for one in u], "norm").pvalue > 0.01


def test_streams_do_not_disturb_each_other() -> None:
    salts, who = salts_of(3), np.uint64(key("KIA"))
    of_processes = {float(uniform(salts[process], 5, who)) for process in PROCESSES}
    of_months = {float(uniform(salts.talks, month, who)) for month in range(60)}
    of_seeds = {float(uniform(salts_of(seed).talks, 5, who)) for seed in range(30)}
    assert len(of_processes) == len(PROCESSES)
    assert len(of_months) == 60
    assert len(of_seeds) == 30
    other = np.uint64(key("UWSA"))
    assert uniform(salts.talks, 5, who, other) != uniform(salts.talks, 5, other, who)


def test_draws_of_different_processes_are_not_correlated() -> None:
    salts, who = salts_of(9), keys([str(number) for number in range(3_000)])
    table = np.array([[uniform(salts[process], 1, one) for one in who] for process in PROCESSES])
    correlation = np.corrcoef(table)[np.triu_indices(len(PROCESSES), 1)]
    assert len(correlation) > 100
    assert np.abs(correlation).max() < 0.08


def test_a_replicate_has_its_seed_whatever_else_runs() -> None:
    seeds = [replicate_seed(1, replicate) for replicate in range(100)]
    assert len(set(seeds)) == 100
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert replicate_seed(1, 17) == seeds[17] != replicate_seed(2, 17)
