"""The browser app: one page on Solara's components, a run of its own in every tab, nothing from the network.

Mesa's ``SolaraViz`` builds its model from keyword arguments that sliders write into it, and shows an error in the terminal
alone; here a run is made from a specification that can be repeated from the command line, so the page is put together from
the components that ``SolaraViz`` itself stands on.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import solara
import solara.lab

from model.experiments.parameter_sets import CENTRAL_WORDS
from model.parameters import Declaration
from model.run import date_after
from model.scenario.files import shipped_scenarios
from model.scenario.listing import scenario_declarations
from model.views import lanes, live, sliders, style, svgmap
from model.views.binds import binding_words
from model.views.panels import CAVEAT
from model.views.session import RunSession
from model.views.words import outcome_table, telling_events

SPEEDS = {"1 month a second": 1.0, "3 months a second": 3.0, "as fast as it goes": 0.0}
EVERY = (1, 3, 6, 12)
_USUAL = "status_quo"
_EVENTS = 40
_TABS = ("Chronicle", "Lanes", "Outcomes", "Export")


@dataclass
class Choices:
    """What the command offers in the app; set before the server starts.

    Args:
        scenarios: names and files to choose from, the first is shown at the start.
        plugins: files with own kinds of actors, loaded already.
    """

    scenarios: tuple[str, ...] = ()
    plugins: tuple[Path, ...] = ()


CHOICES = Choices()


@solara.component
def Page() -> None:
    """The whole page.

    Every part takes ``beat``, a number that changes with the run: Solara draws a part again when its arguments change.
    """
    names = CHOICES.scenarios or tuple(shipped_scenarios())
    first = names[0] if CHOICES.scenarios else _USUAL
    session: RunSession = solara.use_memo(lambda: RunSession(first, CHOICES.plugins), [])
    beat, draw_again = solara.use_state(0)
    playing, set_playing = solara.use_state(False)
    speed, set_speed = solara.use_state(next(iter(SPEEDS)))
    every, set_every = solara.use_state(1)

    def refresh() -> None:
        draw_again(secrets.randbits(60))

    solara.use_effect(lambda: session.close, [])
    solara.use_effect(
        lambda: _play(session, playing, SPEEDS[speed], every, set_playing, refresh), [playing, speed, every]
    )
    solara.Title("Pangwa")
    with solara.Sidebar():
        _Chooser(session, beat, names, set_playing, refresh)
        _Player(session, beat, playing, set_playing, refresh)
        solara.Select("Speed", list(SPEEDS), value=speed, on_value=set_speed)
        solara.Select("Redraw every (months)", list(EVERY), value=every, on_value=set_every)
        _Parameters(session, beat, refresh)
    _Head(session, beat)
    if session.error:
        solara.Error(label="", children=[_pre(session.error, "error")])
    if session.model is not None:
        _Views(session, beat)


def _play(
    session: RunSession,
    playing: bool,
    speed: float,
    every: int,
    set_playing: Callable[[bool], None],
    refresh: Callable[[], None],
) -> Callable[[], None] | None:
    """Play in a thread of the tab's own until it is stopped, the run is over, or the tab is closed."""
    if not playing:
        return None
    stop = threading.Event()

    def work() -> None:
        done = 0
        while not stop.is_set():
            more = session.step()
            done += 1
            if not more:
                set_playing(False)
            if done % every == 0 or not more:
                refresh()
            if not more or (speed and stop.wait(1 / speed)):
                return

    threading.Thread(target=work, daemon=True).start()
    return stop.set


@solara.component
def _Chooser(
    session: RunSession,
    beat: int,
    names: tuple[str, ...],
    set_playing: Callable[[bool], None],
    refresh: Callable[[], None],
) -> None:
    """Scenario, seed and replicate."""

    def choose(field: str, value: Any) -> None:
        if field == "scenario":
            session.changes.clear()
            set_playing(False)
        setattr(session, field, value)
        if field == "scenario":
            session.reset()
        else:
            session.settle()
        refresh()

    solara.Select("Scenario", list(names), value=session.scenario, on_value=lambda name: choose("scenario", name))
    with solara.Row():
        solara.InputInt("Seed", value=session.seed, on_value=lambda seed: choose("seed", max(int(seed or 0), 0)))
        solara.InputInt(
            "Replicate", value=session.replicate, on_value=lambda number: choose("replicate", max(int(number or 0), 0))
        )
    solara.Button("New seed", on_click=lambda: choose("seed", secrets.randbelow(10**6)), text=True)


@solara.component
def _Player(
    session: RunSession, beat: int, playing: bool, set_playing: Callable[[bool], None], refresh: Callable[[], None]
) -> None:
    """Play, step, reset."""

    def reset() -> None:
        set_playing(False)
        session.reset()
        refresh()

    def step() -> None:
        session.step()
        refresh()

    with solara.Row():
        solara.Button(
            "Pause" if playing else "Play",
            on_click=lambda: set_playing(not playing),
            color="primary",
            disabled=session.over,
        )
        solara.Button("Step", on_click=step, disabled=session.over or playing)
        solara.Button("Reset", on_click=reset)
    if session.waits:
        solara.Warning("Changes apply after Reset; the run under way keeps its rules.", dense=True)


@solara.component
def _Parameters(session: RunSession, beat: int, refresh: Callable[[], None]) -> None:
    """Sliders from the parameter table, one actor or process at a time."""
    group, set_group = solara.use_state("actors.KIA")
    found = _grouped(session)
    if not found:
        return
    chosen = group if group in found else next(iter(found))
    words = "A change acts at once while the run stands at month 0, after that at Reset."
    solara.HTML(tag="p", unsafe_innerHTML=f"<b>Parameters.</b> {words}")
    solara.Select("Whose", list(found), value=chosen, on_value=set_group)
    for one in found[chosen]:
        with solara.Div(key=f"{session.scenario} {one.path}"):
            _Parameter(
                one,
                session.changes.get(one.path, one.default),
                lambda value, one=one: _choose(session, one, value, refresh),
            )
    if session.changes:
        solara.Button("Undo all changes", on_click=lambda: _undo(session, refresh), text=True)


def _choose(session: RunSession, one: Declaration, value: Any, refresh: Callable[[], None]) -> None:
    session.choose(one.path, value, one.default)
    refresh()


def _undo(session: RunSession, refresh: Callable[[], None]) -> None:
    session.changes.clear()
    session.settle()
    refresh()


def _grouped(session: RunSession) -> dict[str, list[Declaration]]:
    """The scenario's own parameters by actor or process; those that are no numbers, names or switches are left out."""
    groups: dict[str, list[Declaration]] = {}
    if session.usual is not None:
        for one in scenario_declarations(session.usual):
            if isinstance(one.default, (int, float, bool)) or one.options:
                groups.setdefault(one.path.rpartition(".")[0] or "scenario", []).append(one)
    return groups


@solara.component
def _Parameter(one: Declaration, value: Any, choose: Callable[[Any], None]) -> None:
    """One parameter: a field for any value allowed, and a slider over its range; the scenario's value is never rounded."""
    name = one.path.rpartition(".")[2]
    unit = "" if one.unit == "-" else f" [{one.unit}]"
    about = escape(f"{one.meaning} {one.status}; {one.source}", quote=True)
    solara.HTML(tag="div", unsafe_innerHTML=f'<span style="font-size:0.85rem" title="{about}">{name}{unit}</span>')
    if one.options:
        solara.Select("", list(one.options), value=value, on_value=choose)
    elif isinstance(one.default, bool):
        solara.Checkbox(label="yes", value=value, on_value=choose)
    else:
        with solara.Columns([2, 3], style={"align-items": "center"}):
            field = solara.InputInt if isinstance(one.default, int) else solara.InputFloat
            field("", value=value, on_value=lambda typed: None if typed is None else choose(typed))
            last = sliders.notches_of(one)
            if last:
                solara.SliderInt(
                    "",
                    value=sliders.notch_of(one, value),
                    min=0,
                    max=last,
                    on_value=lambda notch: choose(sliders.value_at(one, notch)),
                    thumb_label=False,
                )


@solara.component
def _Head(session: RunSession, beat: int) -> None:
    """Title, limits, how far the run is."""
    title = session.setup.title if session.setup is not None and session.setup.title else session.scenario
    date = "-" if session.model is None else date_after(session.model.date, -1)
    solara.HTML(
        tag="div",
        unsafe_innerHTML=f'<h2 id="title">{escape(title)}</h2>'
        f'<p id="clock" data-month="{session.month}">Month {session.month} of {session.months} ({date}). '
        f"Seed {session.seed}, replicate {session.replicate}; {CENTRAL_WORDS}.</p>"
        f"<p><i>{CAVEAT} One run is one story among many; it is not a source on current territorial control.</i></p>",
    )


@solara.component
def _Views(session: RunSession, beat: int) -> None:
    """The map, beside it the curves and the rest in tabs."""
    layer, set_layer = solara.use_state(svgmap.LAYERS[0])
    tab, set_tab = solara.use_state(0)
    with solara.Columns([1, 1]):
        with solara.Column():
            solara.ToggleButtonsSingle(layer, values=list(svgmap.LAYERS), on_value=set_layer, dense=True)
            _Map(session, beat, layer)
        with solara.Column():
            with session.lock:
                picture = style.as_png(live.draw_so_far(session.model)) if session.model is not None else b""
            _picture(picture, "Control and exports so far", "curves", session.month)
            with solara.lab.Tabs(value=tab, on_value=set_tab):
                for name in _TABS:
                    solara.lab.Tab(name)
            (_Chronicle, _Lanes, _Outcomes, _Repeat)[tab](session, beat)


@solara.component
def _Map(session: RunSession, beat: int, layer: str) -> None:
    with session.lock:
        if session.model is None:
            return
        drawing = svgmap.svg_map(session.model, layer)
        keys = svgmap.legend(session.model.world)
    entries = "".join(
        f'<span style="white-space:nowrap;margin-right:12px"><span style="display:inline-block;width:12px;height:12px;'
        f'background:{colour};border:1px solid #999"></span> {escape(label)}</span>'
        for colour, label in keys
    )
    words = f"<p style='font-size:0.85rem'>Shown: {escape(svgmap.MEANINGS[layer])}. Triangles: gates; diamonds: mines. "
    solara.HTML(tag="div", unsafe_innerHTML=f"{drawing}{words}Point at a tile for its name.</p>")
    if layer == "holder":
        solara.HTML(tag="div", unsafe_innerHTML=f'<div style="font-size:0.8rem">{entries}</div>')


@solara.component
def _Chronicle(session: RunSession, beat: int) -> None:
    with session.lock:
        if session.model is None:
            return
        events = session.model.recorder.result().tables["events"].to_pandas()
    kept = telling_events(events, _EVENTS)
    lines = [f"{date}  {text}" for date, text in zip(kept["date"], kept["text"], strict=True)][::-1]
    left = f"\n({len(events) - len(kept)} lesser events are left out)" if len(events) > len(kept) else ""
    solara.HTML(
        tag="div", unsafe_innerHTML=_pre_text("\n".join(lines) + left or "Nothing has happened yet.", "chronicle")
    )


@solara.component
def _Lanes(session: RunSession, beat: int) -> None:
    with session.lock:
        if session.model is None:
            return
        table = session.model.recorder.result().tables["lanes"].to_pandas()
        world, start = session.model.world, session.model.run.scenario.start
    names = dict(zip(world.crossing_ids, world.crossing_names, strict=True))
    picture = style.as_png(lanes.draw_lanes(table, start, names))
    _picture(picture, "Border lanes, month by month", "lanes", session.month)


@solara.component
def _Outcomes(session: RunSession, beat: int) -> None:
    with session.lock:
        if session.model is None:
            return
        result = session.model.recorder.result()
    binds = binding_words(lambda table, columns: result.tables[table].select(list(columns)).to_pandas())
    said = "\n\n".join([outcome_table(result.outcomes), *(["what binds", *binds] if session.month else [])])
    solara.HTML(tag="div", unsafe_innerHTML=_pre_text(said, "outcomes"))


@solara.component
def _Repeat(session: RunSession, beat: int) -> None:
    """The command that repeats the run, and its files."""
    solara.Text("This command writes the same files as the button: the months played so far, same seed, same rules.")
    solara.HTML(tag="div", unsafe_innerHTML=_pre_text(session.command(session.month), "command"))
    name = f"{session.setup.name if session.setup is not None else 'run'}-{session.month}-months.zip"
    solara.FileDownload(session.export, filename=name, label=f"Export {session.month} months")


def _picture(content: bytes, words: str, name: str, month: int) -> None:
    data = base64.b64encode(content).decode("ascii")
    image = f'<img id="{name}" data-month="{month}" alt="{words}" style="max-width:100%" src="data:image/png;base64,{data}">'
    solara.HTML(tag="div", unsafe_innerHTML=image)


def _pre_text(text: str, name: str) -> str:
    return f'<pre id="{name}" style="white-space:pre-wrap;font-size:0.85rem">{escape(text)}</pre>'


def _pre(text: str, name: str) -> Any:
    return solara.HTML(tag="div", unsafe_innerHTML=_pre_text(text, name))
