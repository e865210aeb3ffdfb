"""A folder of results from a stranger, whose names are meant for pages, figures and terminals to stumble over."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from markupsafe import Markup

from model.api import html as cells
from model.experiments.errors import StoreError
from model.experiments.files import is_ours
from model.scenario.characters import is_fit
from model.views import html, page
from model.views.cells import Cell, Named
from model.views.report import write_report
from model.views.style import Picture, save, styled, title_of
from model.world.read import load_world
from tests.views import synthetic

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='x'>",
    "{{ 7 * 7 }}",
    "</style><b>",
    "$x_{",
    "a\u202eb\x1b[31m",
]


class Tags(HTMLParser):
    """Collects the tags and attributes that a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.events: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.events |= {name for name, _ in attrs if name.startswith("on")}


def refused(text: str) -> None:
    """No tag or attribute of a name has become one of the page, and no character of it acts on the reader's screen."""
    tags = Tags()
    tags.feed(text)
    assert not tags.tags & {"script", "b"}
    assert not tags.events
    assert is_fit(text, "\n\t")
    assert "49" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_every_piece_of_a_page_escapes_what_it_is_given(name: str) -> None:
    cell = Cell(1.0, name, {name: name}, name)
    pieces = [
        html.paragraph(name),
        html.heading(name),
        html.source_line(name),
        html.listing([name, name]),
        html.table([name], [[name], [name * 9], [cell], [Named(name, name)]], name, name),
        html.told([(name, name), (name, cell)]),
        html.image(b"png", name, name),
        cells.block(name, [name], cells.table([[name]], [name]), cells.picture(b"png", name)),
        Markup(cells.Listing({name: [name]})._repr_html_()),
    ]
    assert all(isinstance(one, Markup) for one in pieces)
    for one in [*pieces, page.joined(pieces)]:
        refused(one)


@pytest.mark.parametrize("name", HOSTILE)
def test_figures_take_names_as_they_are(tmp_path: Path, name: str) -> None:
    @styled
    def drawn() -> Picture:
        figure = Picture(figsize=(3, 2), layout="constrained")
        figure.subplots().plot([1, 2], label=name)
        title_of(figure, f"{name} {name}", name)
        return figure

    (path,) = save(drawn(), tmp_path / "figure", ["png"], name)
    assert is_ours(path)
    path.write_bytes(b"mine")
    with pytest.raises(StoreError, match="was not made by Pangwa, so it is not overwritten"):
        save(drawn(), tmp_path / "figure", ["png"], name)
    assert path.read_bytes() == b"mine"


def test_a_report_of_hostile_names_has_no_tag_of_theirs(tmp_path: Path) -> None:
    made = synthetic.make_runs(("status_quo", HOSTILE[0]), 2, 2, load_world("myanmar").place_ids)
    for name, table in made.items():
        ids = pc.binary_join_element_wise(table["run_id"].cast(pa.string()), HOSTILE[1], "")
        place = table.schema.get_field_index("run_id")
        made[name] = table.set_column(place, table.schema.field(place), ids.cast(table.schema.field(place).type))
    folder = synthetic.write_runs(tmp_path, made)
    prose = {name: {"title": HOSTILE[0], "description": HOSTILE[3]} for name in ("status_quo", HOSTILE[0])}
    manifest = {"reference": "status_quo", "description": HOSTILE[1], "prose": prose, "command": HOSTILE}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    text = write_report(folder).read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    tags = Tags()
    tags.feed(text)
    assert not tags.tags & {"script", "b"}
    assert not tags.events
