"""Emissions as they are filed and reported, and what a Member elects about them.  (RB 6.7, 7.2)"""

from dataclasses import dataclass
from enum import IntEnum, unique

from cfi.contracts.wire.quantities import Days, Tonnes, Year
from cfi.contracts.wire.text import Identifier, Text


@unique
class WarmingSet(IntEnum):
    """The edition of Global Warming Potentials that a Member uses throughout.  (RB 7.3)"""

    IPCC_1995 = 1
    IPCC_2001 = 2


@unique
class ElectricityOptIn(IntEnum):
    """Which electricity purchases a Member opts in.  (RB 6.7.3)"""

    NONE = 0
    LARGE = 1
    ALL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GasTonnes:
    """A year's emissions of one gas, in tonnes of CO2 equivalent."""

    gas: Identifier
    """As Table 7.1 names it."""
    tonnes: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEmissions:
    """A facility's emissions of one year."""

    year: Year
    covered_days: Days | None
    """Days with data; None for every day of the year."""
    gases: tuple[GasTonnes, ...]

    @property
    def tonnes(self) -> Tonnes:
        """All gases together."""
        return Tonnes(sum(gas.tonnes for gas in self.gases))


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTonnes:
    """Tonnes of one year."""

    year: Year
    tonnes: Tonnes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """Emissions of one gas from one place, to the nearest tonne.  (RB 7.2.1, 7.2.3)"""

    source: Identifier
    """A facility, or an activity at several places, such as a fleet."""
    gas: Identifier
    """As Table 7.1 names it."""
    method: Text
    tonnes: Tonnes
    """The Member's own, in CO2 equivalent, renewable fuels left out."""
    new_unit: bool
    """From an electric power unit in service since 2002.  (RB 4.9)"""
