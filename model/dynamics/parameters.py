"""All processes' parameter tables together, as ``processes.<module>`` in a scenario file."""

from __future__ import annotations

from model.dynamics.budgets import BudgetParameters
from model.dynamics.combat import CombatParameters
from model.dynamics.contest import ContestParameters
from model.dynamics.control import ControlParameters
from model.dynamics.diplomacy import DiplomacyParameters
from model.dynamics.fortification import FortificationParameters
from model.dynamics.governance import GovernanceParameters
from model.dynamics.ground import GroundParameters
from model.dynamics.harm import HarmParameters
from model.dynamics.market import MarketParameters
from model.dynamics.mining import MiningParameters
from model.dynamics.netback import TradeParameters
from model.dynamics.people import PeopleParameters
from model.dynamics.posting import PostingParameters
from model.dynamics.quad import QuadProcessParameters
from model.dynamics.season import SeasonParameters
from model.dynamics.settlement import SettlementParameters
from model.dynamics.supply import SupplyParameters
from model.parameters import ParameterTable


class Processes(ParameterTable):
    """The parameter tables of the processes of a month."""

    season: SeasonParameters = SeasonParameters()
    ground: GroundParameters = GroundParameters()
    supply: SupplyParameters = SupplyParameters()
    contest: ContestParameters = ContestParameters()
    fortification: FortificationParameters = FortificationParameters()
    combat: CombatParameters = CombatParameters()
    posting: PostingParameters = PostingParameters()
    control: ControlParameters = ControlParameters()
    diplomacy: DiplomacyParameters = DiplomacyParameters()
    settlement: SettlementParameters = SettlementParameters()
    governance: GovernanceParameters = GovernanceParameters()
    mining: MiningParameters = MiningParameters()
    trade: TradeParameters = TradeParameters()
    market: MarketParameters = MarketParameters()
    quad: QuadProcessParameters = QuadProcessParameters()
    budgets: BudgetParameters = BudgetParameters()
    people: PeopleParameters = PeopleParameters()
    harm: HarmParameters = HarmParameters()
