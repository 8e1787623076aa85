"""Read a calculator's JSON input, collecting every fault with its JSON path."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from cfi.contracts.wire.quantities import parse_decimal

MOST: Final = 10**12
"""The most tonnes, megawatt-hours or megawatts that an input may name."""
T = TypeVar("T")


class InputFaults(Exception):
    """The input can't be used: one line a fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class WrongValue(Exception):
    """A value isn't what is wanted; the text says what that would be."""


class _Inexact:
    """A JSON number with a point or exponent, which may not be what was meant."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Object(dict[str, object]):
    """A JSON object that knows which of its names were given twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.repeated = sorted({name for name in names if names.count(name) > 1})


def parse(text: str) -> object:
    """The JSON value of a text; InputFaults where it isn't JSON."""
    try:
        return json.loads(
            text, parse_float=_Inexact, parse_constant=_Inexact, object_pairs_hook=_Object
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputFaults([f"$: not JSON: {error.msg} ({place})"]) from error
    except (ValueError, RecursionError) as error:
        raise InputFaults(
            ["$: not JSON that can be read: a number too long, or too deep"]
        ) from error


class Fields:
    """A JSON object being read, name by name; what is wrong is noted and a stand-in returned."""

    def __init__(self, raw: object, path: str, faults: list[str]) -> None:
        self.path = path
        self.faults = faults
        self._unread: dict[str, object] = {}
        if isinstance(raw, _Object):
            self._unread = dict(raw)
            for name in raw.repeated:
                self.fault(name, "given more than once")
        else:
            faults.append(f"{path}: not an object")
        self.usable = isinstance(raw, _Object)

    def fault(self, name: str, what: str) -> None:
        """Note what is wrong with a field."""
        self.faults.append(f"{joined(self.path, name)}: {what}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text that isn't empty."""
        return self._one(name, _text, default, "")

    def text_or_none(self, name: str) -> str | None:
        """A text that may be absent."""
        return self._optional(name, _text)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of some words."""

        def chosen(raw: object) -> str:
            if raw not in choices:
                raise WrongValue(f"not one of {', '.join(choices)}")
            return str(raw)

        return self._one(name, chosen, default, choices[0])

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number in a range."""
        return self._one(name, lambda raw: whole(raw, least, most), default, least)

    def decimal(self, name: str) -> Fraction:
        """A quantity: a whole number, or a decimal in quotes; not negative."""
        return self._one(name, decimal, None, Fraction(0))

    def decimal_or_none(self, name: str) -> Fraction | None:
        """A quantity that may be absent."""
        return self._optional(name, decimal)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        return self._one(name, _flag, default, default)

    def day(self, name: str) -> date:
        """A date."""
        return self._one(name, _day, None, date.min)

    def day_or_none(self, name: str) -> date | None:
        """A date that may be absent."""
        return self._optional(name, _day)

    def objects(self, name: str, *, optional: bool = False) -> list["Fields"]:
        """The objects of a list."""
        nothing: list[object] = []
        raw = self._one(name, _list, nothing if optional else None, nothing)
        path = joined(self.path, name)
        return [Fields(each, f"{path}[{n}]", self.faults) for n, each in enumerate(raw)]

    def by_year(
        self, name: str, years: Sequence[int], *, optional: bool = False
    ) -> Iterator[tuple[int, object, str]]:
        """Each year of an object whose names are years, in order, with its value and path."""
        raw = self._one(name, _object, _Object([]) if optional else None, _Object([]))
        known = {str(year): year for year in years}
        for repeated in raw.repeated:
            self.fault(joined(name, repeated), "given more than once")
        for key in sorted(raw):
            path = joined(joined(self.path, name), key)
            if key in known:
                yield known[key], raw[key], path
            else:
                self.faults.append(f"{path}: not a year from {years[0]} to {years[-1]}")

    def raw(self, name: str) -> object:
        """A field as it was given, or None."""
        return self._unread.pop(name, None)

    def given(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self._unread.get(name) is not None

    def done(self) -> None:
        """Note every field that nobody read."""
        for name in self._unread:
            self.fault(name, "unknown")
        self._unread = {}

    def checked(self, path: str, raw: object, check: Callable[[object], T], stand_in: T) -> T:
        """A value by a check that raises WrongValue, or the stand-in with a fault noted."""
        try:
            return check(raw)
        except WrongValue as error:
            self.faults.append(f"{path}: {error}")
            return stand_in

    def _optional(self, name: str, check: Callable[[object], T]) -> T | None:
        raw = self._unread.pop(name, None)
        if raw is None:
            return None
        stand_in: T | None = None
        return self.checked(joined(self.path, name), raw, check, stand_in)

    def _one(self, name: str, check: Callable[[object], T], default: T | None, stand_in: T) -> T:
        raw = self._unread.pop(name, None)
        if raw is None:
            if default is None and self.usable:
                self.fault(name, "missing")
            return stand_in if default is None else default
        return self.checked(joined(self.path, name), raw, check, stand_in)


def joined(path: str, name: str) -> str:
    """The JSON path of a field of an object."""
    return f"{path}.{name}"


def whole(raw: object, least: int, most: int) -> int:
    """A whole number in a range, or WrongValue."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise WrongValue(f"not a whole number from {least} to {most}")
    return raw


def decimal(raw: object) -> Fraction:
    """A whole number or a decimal in quotes, from 0 to MOST, or WrongValue."""
    value: Fraction | None = None
    if isinstance(raw, _Inexact):
        raise WrongValue("not exact: put the decimal in quotes")
    if isinstance(raw, str):
        value = parse_decimal(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        value = Fraction(raw)
    if value is None or not 0 <= value <= MOST:
        raise WrongValue(f"not a quantity from 0 to {MOST}, of at most 9 decimals")
    return value


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise WrongValue("not a text")
    return raw


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise WrongValue("not true or false")
    return raw


def _day(raw: object) -> date:
    try:
        day = (
            date.fromisoformat(raw)
            if isinstance(raw, str) and len(raw) == len("YYYY-MM-DD")
            else None
        )
    except ValueError:
        day = None
    if day is None or day.isoformat() != raw:
        raise WrongValue("not a date like 2003-07-01")
    return day


def _list(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise WrongValue("not a list")
    return raw


def _object(raw: object) -> _Object:
    if not isinstance(raw, _Object):
        raise WrongValue("not an object")
    return raw
