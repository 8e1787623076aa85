"""The types of Carbon Financial Instruments.  (RB 4.3, 5.3.1)"""

from enum import IntEnum, unique


@unique
class Instrument(IntEnum):
    """A type of Carbon Financial Instrument."""

    XA = 1
    """Exchange Allowance."""
    XMO = 2
    """Exchange Methane Offset."""
    XSO = 3
    """Exchange Soil Offset."""
    XFO = 4
    """Exchange Forestry Offset."""
    XER = 5
    """Exchange Emission Reduction."""
    XRE = 6
    """Offset from renewable electricity."""
    XE = 7
    """Exchange Early Action Credit."""
