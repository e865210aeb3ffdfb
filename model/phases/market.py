"""China's market and the road to India in a month, after the ore has moved."""

from __future__ import annotations

from math import prod

from model.dynamics import market, quad
from model.phases.forcing import forced
from model.run import Run


def sell(run: Run) -> None:
    """Feed China's separators, move shortage and prices; then what the Quad makes of the road to India."""
    factor = prod(forcing.value for forcing in forced(run, "price_factor"))
    others = [forcing.value for forcing in forced(run, "other_origins")]
    if others:
        run.state.market["other_origins"] = others[-1]
    market.trade_ore(run.data, float(factor), bool(others))
    _use_the_road(run)


def _use_the_road(run: Run) -> None:
    """Let India, Japan and Australia decide, and process ore, build road and plants accordingly."""
    india, japan, australia = run.agents.india, run.agents.japan, run.agents.australia
    wanted = float(run.policy["route_building"][-1])
    if not (wanted or run.state.market["route_capacity"] or (india is not None and india.courted)):
        return  # no road, and no ore in India
    commitment, effort = 0.0, 0.0
    if india is not None:
        commitment = india.hedge(min(wanted, 1.0), float(run.state.totals["india_busy"]))
        effort = india.build(wanted)
    if japan is not None:
        effort *= japan.finance(min(effort, 1.0))
    quad.use_ore(run.data, australia.separate(min(wanted, 1.0)) if australia is not None else 0.0)
    quad.build_route(run.data, effort)
    if india is not None:
        quad.commit(run.data, commitment)
