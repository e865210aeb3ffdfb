"""The description of the model is that of the code."""

from __future__ import annotations

from model.views.odd import TARGET, odd_text


def test_the_description_is_current() -> None:
    assert TARGET.read_text(encoding="utf-8") == odd_text(), "write it again with: pangwa odd"


def test_its_tables_come_from_the_code() -> None:
    text = odd_text()
    for word in (
        "`actors.<PeoplesDefenceForce>.coordination`",
        "`phases.fight`",
        "`ChineseBuyer`",
        "`holder`",
        "`structure.mine_stop`",
        "| `combat` |",
        "`bhamo_months_held`",
    ):
        assert word in text
    assert "<!--" not in text
    assert text.count(".foresight`") == text.count("`actors.<ArmedActor>.foresight`") == 1
