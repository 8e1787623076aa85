"""Scenarios as data: who takes part, what they emitted, what they sell to whom.

What the texts give cites its section; what is ours says so.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any, Final

SCENARIOS: Final = ("phase-1", "phase-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFacility:
    """A facility as its owner files it; tonnes by year."""

    facility_id: str
    activity: str
    emissions: Mapping[int, int]
    covered_days: Mapping[int, int]
    shut_down: int | None
    attested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A facility bought or sold: its baseline, and the first day that counts, in seconds."""

    facility_id: str
    tonnes: int
    first_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioMember:
    """One member and its years."""

    holder_id: str
    name: str
    first_year: int
    period: str | None
    section: str
    facilities: tuple[ScenarioFacility, ...]
    emissions: Mapping[int, int]
    acquisitions: tuple[Transaction, ...]
    disposals: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioSale:
    """Allowances of one vintage sold by agreement."""

    year: int
    seller: str
    buyer: str
    tonnes: int
    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A chain's story."""

    programme: str
    chain_id: str
    clock_start: int
    years: tuple[int, ...]
    members: tuple[ScenarioMember, ...]
    sales: tuple[ScenarioSale, ...]


def scenario(name: str) -> Scenario:
    """A scenario that ships with the ledger."""
    text = files("cfi.genesis.scenarios").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    return Scenario(
        programme=content["programme"],
        chain_id=content["chain_id"],
        clock_start=seconds_of(content["clock_start"]),
        years=tuple(content["years"]),
        members=tuple(_member(each) for each in content["members"]),
        sales=tuple(
            ScenarioSale(**{key: value for key, value in each.items() if key != "section"})
            for each in content["sales"]
        ),
    )


def seconds_of(day: str) -> int:
    """A date's first second, UTC."""
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return int(moment.timestamp())


def _member(raw: Mapping[str, Any]) -> ScenarioMember:
    return ScenarioMember(
        holder_id=raw["id"],
        name=raw["name"],
        first_year=raw["first_year"],
        period=raw.get("period"),
        section=raw["section"],
        facilities=tuple(_facility(each) for each in raw["facilities"]),
        emissions=_by_year(raw["emissions"]),
        acquisitions=tuple(_transaction(each) for each in raw.get("acquisitions", ())),
        disposals=tuple(_transaction(each) for each in raw.get("disposals", ())),
    )


def _facility(raw: Mapping[str, Any]) -> ScenarioFacility:
    shut_down = raw.get("shut_down")
    return ScenarioFacility(
        facility_id=raw["id"],
        activity=raw["activity"],
        emissions=_by_year(raw["emissions"]),
        covered_days=_by_year(raw.get("covered_days", {})),
        shut_down=None if shut_down is None else seconds_of(shut_down),
        attested=raw.get("attested", False),
    )


def _transaction(raw: Mapping[str, Any]) -> Transaction:
    return Transaction(
        facility_id=raw["facility"], tonnes=raw["tonnes"], first_day=seconds_of(raw["first_day"])
    )


def _by_year(raw: Mapping[str, int]) -> Mapping[int, int]:
    return {int(year): value for year, value in raw.items()}
