"""Holders: who they are, what class they have, and where they stand.  (RB 2)"""

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cfi.contracts.state.table import HolderTable
from cfi.contracts.wire.quantities import Count, Instant, Year
from cfi.contracts.wire.text import HolderId


@unique
class HolderClass(IntEnum):
    """A class of Registry Account Holder, or a body of the programme.  (RB 2.2)"""

    EXCHANGE = 1
    """The Exchange itself with its committees."""
    MEMBER = 2
    ASSOCIATE_MEMBER = 3
    OFFSET_PROVIDER = 4
    OFFSET_AGGREGATOR = 5
    LIQUIDITY_PROVIDER = 6
    MARKET_MAKER = 7
    EXCHANGE_PARTICIPANT = 8
    AUDITOR = 9
    """Reads everything under a recorded grant."""


@unique
class HolderStatus(IntEnum):
    """Where a holder stands.  (RB 2.4, 2.8, 2.11)"""

    ACTIVE = 1
    SUSPENDED = 2
    TERMINATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A Registry Account Holder."""

    holder_id: HolderId
    holder_class: HolderClass
    status: HolderStatus
    not_for_profit: bool
    admitted_at: Instant
    first_year: Year
    """The first compliance year that binds it.  (RB 2.7.1, file 13)"""
    accounts_opened: Count


HOLDERS: Final = HolderTable(name="holders", tag=0x10, row=Holder, key=lambda _: b"")

TABLES: Final = (HOLDERS,)
