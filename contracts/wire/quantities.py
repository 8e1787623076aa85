"""Units, their ranges, and arithmetic whose rounding is named.  (RB 4.3, 6.5.1, 7.2.1)

Everything here is exact: integers and fractions, never floating point.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NewType

Tonnes = NewType("Tonnes", int)
"""Metric tonnes of CO2 equivalent."""
SignedTonnes = NewType("SignedTonnes", int)
"""A difference of tonnes."""
Cfis = NewType("Cfis", int)
"""Carbon Financial Instruments of 100 t each."""
MegawattHours = NewType("MegawattHours", int)
Serial = NewType("Serial", int)
"""One tonne's running number within a type and vintage, from 1."""
BasisPoints = NewType("BasisPoints", int)
"""Hundredths of a percent."""
Cents = NewType("Cents", int)
"""US cents."""
CentsPerTonne = NewType("CentsPerTonne", int)
Year = NewType("Year", int)
Height = NewType("Height", int)
Seconds = NewType("Seconds", int)
"""A duration."""
Instant = NewType("Instant", int)
"""Seconds since 1970-01-01T00:00:00Z."""
Days = NewType("Days", int)
DayNumber = NewType("DayNumber", int)
"""A day, counted from 1970-01-01."""
Count = NewType("Count", int)
"""A number of things, or a running number."""
SmallCode = NewType("SmallCode", int)

TONNES_PER_CFI: Final = 100
FULL_BPS: Final = 10_000
SECONDS_PER_DAY: Final = 86_400

RANGES: Final[Mapping[object, tuple[int, int]]] = MappingProxyType(
    {
        Tonnes: (0, 10**12),
        SignedTonnes: (-(10**12), 10**12),
        Cfis: (0, 10**10),
        MegawattHours: (0, 10**12),
        Serial: (1, 9_999_999_999),
        BasisPoints: (0, 1_000_000),
        Cents: (-(10**15), 10**15),
        CentsPerTonne: (0, 10**9),
        Year: (1900, 9999),
        Height: (0, 2**62),
        Seconds: (0, 10**10),
        Instant: (0, 253_402_300_799),
        Days: (0, 366),
        DayNumber: (0, 2_932_896),
        Count: (0, 2**53),
        SmallCode: (0, 65_535),
    }
)
"""The least and the greatest value of each unit, checked when a value is decoded and when it is
stored.
"""

_DIGITS: Final = frozenset("0123456789")
_WHOLE_DIGITS: Final = 18
_FRACTION_DIGITS: Final = 9


def small_code(member: int) -> SmallCode:
    """The plain number of an enumeration's member or of a set of flags."""
    return SmallCode(int(member))


def nearest(value: Fraction) -> int:
    """The nearest integer, halves away from zero."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value.numerator >= 0 else -magnitude


def nearest_hundred(value: Fraction | int) -> int:
    """The nearest multiple of 100, halves away from zero.  (RB 6.5.1, 7.2.1)"""
    return TONNES_PER_CFI * nearest(Fraction(value, TONNES_PER_CFI))


def whole_cfis(tonnes: int) -> Tonnes:
    """As many tonnes as make whole CFIs."""
    return Tonnes(tonnes - tonnes % TONNES_PER_CFI)


def nearest_cfis(tonnes: Fraction | int) -> Cfis:
    """The whole CFIs nearest to a tonnage, halves up."""
    return Cfis(nearest(Fraction(tonnes, TONNES_PER_CFI)))


def share(value: Fraction | int, bps: int) -> Fraction:
    """An exact share of a quantity in basis points."""
    return Fraction(value) * Fraction(bps, FULL_BPS)


def share_rounded_down(value: int, bps: int) -> int:
    """A share in basis points, rounded towards zero for what is not negative."""
    return value * bps // FULL_BPS


def less_share(value: Fraction | int, bps: int) -> Fraction:
    """A quantity less a share of itself, exact."""
    return Fraction(value) - share(value, bps)


def plus_share(value: Fraction | int, bps: int) -> Fraction:
    """A quantity plus a share of itself, exact."""
    return Fraction(value) + share(value, bps)


def power(value: Fraction, exponent: int) -> Fraction:
    """An exact power: a fraction's is one again, whatever the exponent's sign."""
    return value**exponent


def parse_whole(text: str) -> int | None:
    """A whole number in our ASCII grammar (digits, no leading zero, at most 18), or None."""
    if not 1 <= len(text) <= _WHOLE_DIGITS or not _DIGITS.issuperset(text):
        return None
    if text[0] == "0" and len(text) > 1:
        return None
    return int(text)


def parse_decimal(text: str) -> Fraction | None:
    """An exact decimal: optional '-', at most 18 digits, optionally '.' and at most 9 more; or
    None.
    """
    magnitude = text[1:] if text[:1] == "-" else text
    whole, point, fraction = magnitude.partition(".")
    parsed = parse_whole(whole)
    if parsed is None:
        return None
    if point and (not 1 <= len(fraction) <= _FRACTION_DIGITS or not _DIGITS.issuperset(fraction)):
        return None
    scale = 10 ** len(fraction)
    value = Fraction(parsed * scale + (int(fraction) if fraction else 0), scale)
    return -value if text[:1] == "-" else value


def parse_digits(text: str) -> int | None:
    """A run of 1 to 18 ASCII digits, leading zeros allowed, or None."""
    if not 1 <= len(text) <= _WHOLE_DIGITS or not _DIGITS.issuperset(text):
        return None
    return int(text)
