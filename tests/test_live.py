"""An agent's parameters in a run: read and written by name, checked as a scenario's are."""

from __future__ import annotations

import numpy as np
import pytest

from agents.armed.parameters import EthnicArmedOrganizationParameters
from model.live import LiveParameters
from model.parameters import numbers_in, rows_of


def live() -> tuple[LiveParameters, np.recarray]:
    table = EthnicArmedOrganizationParameters(home="Laiza", commit_share=0.4, operations_per_month=3)
    rows = rows_of([table], numbers_in(EthnicArmedOrganizationParameters))
    return LiveParameters(table, rows[0], {"ore_tax_yuan_per_t": (np.zeros(1), 0)}), rows


def test_values_are_read_as_the_scenario_states_them() -> None:
    parameters, _ = live()
    assert parameters.commit_share == 0.4
    assert parameters.operations_per_month == 3
    assert isinstance(parameters.operations_per_month, int)
    assert parameters.ore_tax_rule == "fixed"
    assert parameters.home == "Laiza"


def test_a_change_reaches_the_record_that_compiled_code_reads() -> None:
    parameters, rows = live()
    parameters.commit_share = 0.6
    parameters.ore_tax_rule = "ad_valorem"
    assert rows["commit_share"][0] == 0.6
    assert rows["ore_tax_rule"][0] == 1
    assert parameters.ore_tax_rule == "ad_valorem"


def test_what_is_not_allowed_is_refused_with_a_sentence() -> None:
    parameters, rows = live()
    with pytest.raises(ValueError, match=r"commit_share: 3\.0 is not allowed: input should be less than"):
        parameters.commit_share = 3.0
    with pytest.raises(AttributeError, match="did you mean commit_share"):
        parameters.comit_share = 0.5
    with pytest.raises(AttributeError, match="no parameter comit_share; did you mean commit_share"):
        _ = parameters.comit_share
    with pytest.raises(AttributeError, match="home is fixed by the scenario"):
        parameters.home = "Bhamo"
    assert rows["commit_share"][0] == 0.4


def test_the_parameters_show_themselves() -> None:
    parameters, _ = live()
    assert "commit_share=0.4" in repr(parameters)
    assert "commit_share" in dir(parameters)


def test_who_takes_the_place_of_an_agent_may_be_given_its_parameters() -> None:
    parameters, rows = live()
    parameters.commit_share = 0.6
    heir = LiveParameters(parameters, rows[0])
    assert (heir.commit_share, heir.home) == (0.6, "Laiza")
    heir.commit_share = 0.5
    assert parameters.commit_share == 0.5
    with pytest.raises(ValueError, match=r"commit_share: 3\.0 is not allowed"):
        heir.commit_share = 3.0
