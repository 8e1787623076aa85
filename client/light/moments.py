"""Moments and durations as people and CometBFT write them.  (RFC 3339; Go's time package)"""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final

from cfi.contracts.wire.headers import NANOS_PER_SECOND, Timestamp

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_DURATION_PART: Final = re.compile(r"(\d{1,18})(?:\.(\d{1,18}))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNIT_NANOS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": NANOS_PER_SECOND,
    "m": 60 * NANOS_PER_SECOND,
    "h": 3_600 * NANOS_PER_SECOND,
}


def parse_moment(text: str) -> Timestamp:
    """The moment in an RFC 3339 text with up to nine decimals; raises ValueError for any other."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"not an RFC 3339 time: {text!r}")
    day, clock, decimals, zone = match.groups()
    offset = "+00:00" if zone == "Z" else zone
    try:
        seconds = (datetime.fromisoformat(f"{day}T{clock}{offset}") - _EPOCH) // _SECOND
    except ValueError as error:
        raise ValueError(f"not a time of the calendar: {text!r}") from error
    return Timestamp(seconds=seconds, nanos=int((decimals or "").ljust(9, "0")))


def format_moment(moment: Timestamp) -> str:
    """A moment in RFC 3339, in UTC, with as many decimals as it needs.

    Raises OverflowError outside the years 1 to 9999.
    """
    whole = (_EPOCH + moment.seconds * _SECOND).replace(tzinfo=None).isoformat()
    decimals = f".{moment.nanos:09d}".rstrip("0") if moment.nanos else ""
    return f"{whole}{decimals}Z"


def parse_duration(text: str) -> int:
    """The nanoseconds in a duration such as 336h, 1m30s or 500ms; raises ValueError otherwise."""
    if text == "0":
        return 0
    nanos, at = Fraction(0), 0
    while match := _DURATION_PART.match(text, at):
        whole, decimals, unit = match.groups(default="")
        nanos += Fraction(int(whole + decimals), 10 ** len(decimals)) * _UNIT_NANOS[unit]
        at = match.end()
    if at == 0 or at != len(text):
        raise ValueError(f"not a duration such as 336h, 1m30s or 500ms: {text!r}")
    return int(nanos)
