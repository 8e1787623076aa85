"""A scenario member's emission report of a year.  (RB 7.2)"""

from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.messages.reports.submit_report import SubmitReport
from cfi.contracts.wire.quantities import Tonnes, Year
from cfi.contracts.wire.text import Identifier, Text
from cfi.genesis.scenarios.loader import ScenarioMember

CARBON_DIOXIDE = Identifier("CO2")


def report_of(member: ScenarioMember, year: int) -> SubmitReport:
    """All of a year's emissions, as carbon dioxide from the member's first facility."""
    line = ReportLine(
        source=Identifier(member.facilities[0].facility_id),
        gas=CARBON_DIOXIDE,
        method=Text("continuous emissions monitors"),
        tonnes=Tonnes(member.emissions[year]),
        new_unit=False,
    )
    return SubmitReport(
        year=Year(year),
        warming_set=WarmingSet.IPCC_1995,
        lines=(line,),
        best_in_class_tonnes=Tonnes(0),
        renewable_excluded=True,
    )
