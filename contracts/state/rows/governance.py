"""Parameters in force, the programme clock, and notices.  (RB 3.14, 4)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import PublicTable, number_key, text_key
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import Count, DayNumber, Height, Instant, SmallCode
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Identifier


@unique
class ClockKind(IntEnum):
    """Where the programme's time comes from."""

    BLOCK = 1
    STEPPED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The stepped programme clock: what rules take for now, from the next block on."""

    now: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What the genesis document fixed."""

    chain_id: Identifier
    genesis_hash: Hash
    clock: ClockKind
    exchange: HolderId
    app_version: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the Exchange may change, with the height from which the next value holds."""

    name: Identifier
    value: Count
    next_value: Count | None
    next_from: Height | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An Exchange notice to every holder.  (RB 2.4.1)"""

    number: Count
    kind: SmallCode
    subject: Identifier | None
    """The holder, parameter, validator, version or year that it tells of; null where none is
    named.
    """
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOfHeight:
    """Which acts a block decided: the digest of their ids in order."""

    height: Height
    digest: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day, counted from 1970-01-01, on which the Exchange does no business."""

    day: DayNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A version of the rules and the height from which it holds."""

    from_height: Height
    app_version: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldWork:
    """A piece of due work that raised an error, set aside.  (ours 0036)"""

    name: Hash
    """Of the row and where it stands; it tells nothing else."""
    height: Height
    """When it was tried last."""
    app_version: Count
    """By which rules."""


CLOCK: Final = PublicTable(name="clock", tag=0xC0, row=Clock, key=lambda _: b"now")
CHAIN: Final = PublicTable(name="chain", tag=0xC1, row=Chain, key=lambda _: b"chain")
PARAMETERS: Final = PublicTable(
    name="parameters", tag=0xC2, row=Parameter, key=lambda row: text_key(row.name)
)
NOTICES: Final = PublicTable(
    name="notices", tag=0xC3, row=Notice, key=lambda row: number_key(row.number)
)
ACTS: Final = PublicTable(
    name="acts", tag=0xC4, row=ActsOfHeight, key=lambda row: number_key(row.height)
)
PROGRAMME: Final = PublicTable(
    name="programme", tag=0xC5, row=ProgrammeTerms, key=lambda _: b"terms"
)
HOLIDAYS: Final = PublicTable(
    name="holidays", tag=0xC6, row=Holiday, key=lambda row: number_key(row.day)
)
UPGRADES: Final = PublicTable(
    name="upgrades", tag=0xCA, row=Upgrade, key=lambda row: number_key(row.from_height)
)
HELD_WORK: Final = PublicTable(name="held_work", tag=0xCB, row=HeldWork, key=lambda row: row.name)

TABLES: Final = (
    CLOCK,
    CHAIN,
    PARAMETERS,
    NOTICES,
    ACTS,
    PROGRAMME,
    HOLIDAYS,
    UPGRADES,
    HELD_WORK,
)
