"""The examples in the docstrings of ``pangwa`` work, and print what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import pangwa

EXAMPLES = {
    example.name: example
    for module in ("single", "batch", "lookup", "function")
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(f"model.api.{module}"))
    if example.examples
}


def test_every_function_has_an_example() -> None:
    functions = {getattr(pangwa, name) for name in pangwa.__all__ if not name.startswith("_")} - {pangwa.RareEarthModel}
    assert {f"{function.__module__}.{function.__name__}" for function in functions} == set(EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner().run(EXAMPLES[name], out=said.append)
    assert tried > 0
    assert failed == 0, "".join(said)
