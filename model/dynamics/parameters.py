"""All processes' parameter tables together, as ``processes.<module>`` in a scenario file."""

from __future__ import annotations

from model.dynamics.market import MarketParameters
from model.dynamics.mining import MiningParameters
from model.dynamics.netback import TradeParameters
from model.dynamics.quad import QuadProcessParameters
from model.dynamics.season import SeasonParameters
from model.parameters import ParameterTable


class Processes(ParameterTable):
    """The parameter tables of the processes of a month."""

    season: SeasonParameters = SeasonParameters()
    mining: MiningParameters = MiningParameters()
    trade: TradeParameters = TradeParameters()
    market: MarketParameters = MarketParameters()
    quad: QuadProcessParameters = QuadProcessParameters()
