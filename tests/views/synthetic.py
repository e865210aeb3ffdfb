"""A plausible folder of results, made without the model: for tests of the views alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from model.experiments.codec import stored_tables
from model.output import tables

ACTORS = ("AA", "CNA", "JUNTA", "KIA", "KNDF", "KNLA", "MNDAA", "NDA-K", "PDF-MAGWAY", "PDF-SAGAING", "TNLA", "UWSA")
START_SHARES = (0.05, 0.01, 0.62, 0.015, 0.006, 0.02, 0.012, 0.001, 0.01, 0.02, 0.02, 0.012)
SCENARIOS = ("status_quo", "engage_junta", "engage_kia", "quad_india")
OUTCOMES = (
    "seat_population_share_junta",
    "seat_population_share_kia",
    "townships_held_kia",
    "exports_t_china",
    "exports_t_quad",
    "china_share_of_exports",
    "us_heavy_ree_supply_share",
    "revenue_usd_kia",
    "deaths_civilians",
    "displaced_person_months",
    "leachate_t",
    "western_followers",
)
_PUSH = {"status_quo": (0.0, 0.0), "engage_junta": (0.02, 0.0), "engage_kia": (-0.02, 0.35), "quad_india": (0.0, 0.6)}
_SEASON = np.array([1, 1, 1, 1, 1, 0.8, 0.6, 0.5, 0.7, 1, 1, 1])


def make_runs(
    scenarios: tuple[str, ...] = SCENARIOS, replicates: int = 6, months: int = 24, places: tuple[str, ...] = ("A", "B")
) -> dict[str, pa.Table]:
    """All tables of a batch; replicate k of every scenario has the same random draws."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in ("runs", *stored_tables(()))}
    for scenario in scenarios:
        for replicate in range(replicates):
            keys: dict[str, Any] = {
                "run_id": f"{scenario}-{replicate:04d}",
                "scenario": scenario,
                "replicate": replicate,
            }
            for name, frame in _run(scenario, replicate, months, places).items():
                parts[name].append(frame.assign(**keys))
    return {name: _arrow(name, pd.concat(frames, ignore_index=True)) for name, frames in parts.items()}


def write_runs(folder: Path, made: dict[str, pa.Table]) -> Path:
    """Write the tables of :func:`make_runs` and a manifest as a folder of results; the first scenario is the reference."""
    for name, table in made.items():
        pq.write_table(table, folder / f"{name}.parquet")
    manifest = {"reference": str(made["runs"]["scenario"][0])}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _run(scenario: str, replicate: int, months: int, places: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    noise = np.random.default_rng(replicate)
    junta_push, quad_push = _PUSH.get(scenario, (0.01, 0.1))
    walk = noise.normal(0, 0.006, (months + 1, len(ACTORS))).cumsum(axis=0)
    walk[0] = 0
    ramp = np.linspace(0, 1, months + 1)[:, None]
    push = np.where(np.array(ACTORS) == "JUNTA", junta_push, 0) - np.where(np.array(ACTORS) == "KIA", junta_push / 2, 0)
    shares = np.clip(np.array(START_SHARES) * (1 + 3 * walk) + ramp * push, 0, None)
    flows = _flows(noise, months, quad_push)
    return {
        "monthly": _monthly(flows, months),
        "actors": _actors(shares),
        "exports": _exports(flows),
        "events": _events(noise, months),
        "control": _control(noise, months, places, junta_push),
        "instruments": pd.DataFrame(columns=[column.name for column in tables.INSTRUMENTS[3:]]),
        "runs": pd.DataFrame([_outcomes(shares, flows) | {"seed": replicate, "point": 0, "status": "ok", "error": ""}]),
    }


def _flows(noise: np.random.Generator, months: int, quad_push: float) -> np.ndarray:
    calendar = (7 + np.arange(months)) % 12
    total = 2600 * _SEASON[calendar] * np.exp(noise.normal(0, 0.12, months))
    quad = np.linspace(0, quad_push, months) * 0.4
    informal = 0.15 + 0.05 * noise.random(months)
    return np.column_stack([total * (1 - quad) * (1 - informal), total * (1 - quad) * informal, total * quad])


def _dates(months: int) -> list[str]:
    return list(pd.period_range("2025-07", periods=months + 1, freq="M").astype(str))


def _monthly(flows: np.ndarray, months: int) -> pd.DataFrame:
    frame = pd.DataFrame({c.name: 1 for c in tables.MONTHLY[4:]}, index=range(months + 1))
    frame["month"], frame["date"] = np.arange(months + 1), _dates(months)
    frame["road_binds"], frame["road_planned_t"] = "building", 100.0
    for k, name in enumerate(("china_official", "china_informal", "quad")):
        frame[f"exports_t_{name}"] = np.append(0.0, flows[:, k])
    return frame


def _actors(shares: np.ndarray) -> pd.DataFrame:
    months, actors = shares.shape
    frame = pd.DataFrame({c.name: 1 for c in tables.ACTORS[5:]}, index=range(months * actors))
    frame["month"], frame["actor"] = np.repeat(np.arange(months), actors), np.tile(ACTORS, months)
    frame["seat_population_share"] = shares.ravel()
    frame["population_share"] = 0.8 * shares.ravel()
    return frame


def _exports(flows: np.ndarray) -> pd.DataFrame:
    rows = [
        (month + 1, "CHIPWI", "KIA", "PANGWA" if name != "quad" else "PANGSAU", name, tonnes)
        for month, line in enumerate(flows)
        for name, tonnes in zip(("china_official", "china_informal", "quad"), line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["month", "mine", "seller", "crossing", "destination", "tonnes"])


def _events(noise: np.random.Generator, months: int) -> pd.DataFrame:
    dates = _dates(months)
    kinds = ["town_taken", "site_taken", "lane_closed", "lane_opened", "siege_begun", "ceasefire"]
    rows = [
        (month, dates[month], kinds[int(noise.integers(6))], "KIA", "JUNTA", "", 1.0, f"Something happens ({month}).")
        for month in sorted(noise.integers(1, months + 1, 8) if months else [])
    ]
    return pd.DataFrame(rows, columns=["month", "date", "kind", "actor", "other", "place", "value", "text"])


def _control(noise: np.random.Generator, months: int, places: tuple[str, ...], push: float) -> pd.DataFrame:
    """Northern places (by their order) waver between JUNTA and KIA; a few are besieged."""
    frames = []
    shown = sorted({0, months, *range(0, months + 1, 12)})
    edge = 24 + (0 if not len(shown) else noise.normal(-200 * push, 4))
    owners = np.array(ACTORS)
    for month in shown:
        holder = np.array(["JUNTA"] * len(places), dtype=object)
        for k in range(len(places)):
            if k < edge * (0.5 + 0.5 * month / max(months, 1)):
                holder[k] = "KIA"
            elif k % 13 == 5:
                holder[k] = owners[(k // 13) % len(owners)]
        frame = pd.DataFrame({"month": month, "place": list(places), "holder": holder})
        besieged = np.arange(len(places)) % 17 == 3
        frames.append(frame.assign(attacker=np.where(besieged & (holder == "JUNTA"), "KIA", ""), fallen=0.0))
    frame = pd.concat(frames, ignore_index=True)
    happened = {"attacks": 0.0, "deaths": 0.0, "ore_t": 0.0}
    return frame.assign(posts=3, leader="JUNTA", leader_share=0.6, junta_share=0.6, **happened)


def _outcomes(shares: np.ndarray, flows: np.ndarray) -> dict[str, float]:
    end, year = shares[-1], flows[-12:].sum(axis=0)
    values = {name: float(100 * end[3] + year[2]) for name in OUTCOMES}
    return values | {
        "seat_population_share_junta": float(end[2]),
        "seat_population_share_kia": float(end[3]),
        "exports_t_china": float(year[:2].sum()),
        "exports_t_quad": float(year[2]),
        "china_share_of_exports": float(year[:2].sum() / max(year.sum(), 1.0)),
        "us_heavy_ree_supply_share": float(year[2] / 1e5),
        "revenue_usd_kia": float(year.sum() * 4800),
        "displaced_person_months": float(4e7 * (1 - end[2])),
    }


def _arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    schema = tables.schema(name)
    if name == "runs":
        for outcome in OUTCOMES:
            schema = schema.append(pa.field(outcome, pa.float64(), metadata={"meaning": "an outcome"}))
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
