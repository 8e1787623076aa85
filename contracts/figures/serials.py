"""Ranges of serial numbers, counted in tonnes, and how they are shown.  (RB 4.3, 5.3.1; OM 2.6)"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.limits import PAGE_TONNES
from cfi.contracts.wire.quantities import (
    RANGES,
    TONNES_PER_CFI,
    Count,
    Serial,
    Tonnes,
    Year,
    parse_digits,
)

_PREFIX: Final = "CFI"
_YEAR_DIGITS: Final = 4
_SERIAL_DIGITS: Final = 10
_PARTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialRange:
    """Consecutive tonnes of one type and vintage, both ends included."""

    instrument: Instrument
    vintage: Year
    first: Serial
    last: Serial

    @property
    def tonnes(self) -> Tonnes:
        """How many tonnes the range has."""
        return Tonnes(self.last - self.first + 1)

    @property
    def whole_cfis(self) -> bool:
        """Whether the range is made of whole CFIs of 100 t."""
        return self.first % TONNES_PER_CFI == 1 and self.last % TONNES_PER_CFI == 0


def shown(serials: SerialRange) -> str:
    """A range as it is shown: `CFI-XA-2003-0000000101-0000000200`."""
    ends = f"{serials.first:0{_SERIAL_DIGITS}d}-{serials.last:0{_SERIAL_DIGITS}d}"
    return f"{_PREFIX}-{serials.instrument.name}-{serials.vintage:0{_YEAR_DIGITS}d}-{ends}"


def parse_serials(text: str) -> SerialRange | None:
    """The range that a shown one stands for, or None if it isn't written exactly so."""
    parts = text.split("-")
    if len(parts) != _PARTS or parts[0] != _PREFIX:
        return None
    instrument = next((kind for kind in Instrument if kind.name == parts[1]), None)
    vintage = _number(parts[2], _YEAR_DIGITS, RANGES[Year])
    first = _number(parts[3], _SERIAL_DIGITS, RANGES[Serial])
    last = _number(parts[4], _SERIAL_DIGITS, RANGES[Serial])
    if instrument is None or vintage is None or first is None or last is None or last < first:
        return None
    return SerialRange(
        instrument=instrument, vintage=Year(vintage), first=Serial(first), last=Serial(last)
    )


def pages(serials: SerialRange) -> range:
    """The numbers of the public pages, of 10,000 t each from 0, that a range lies on."""
    return range(page_of(serials.first), page_of(serials.last) + 1)


def page_of(serial: Serial) -> Count:
    """The number of the public page, of 10,000 t each from 0, that a serial lies on."""
    return Count((serial - 1) // PAGE_TONNES)


def _number(text: str, digits: int, bounds: tuple[int, int]) -> int | None:
    value = parse_digits(text) if len(text) == digits else None
    least, most = bounds
    return value if value is not None and least <= value <= most else None
