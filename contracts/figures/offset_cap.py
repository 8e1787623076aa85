"""The programme-wide limit on the use of offsets and early action credits.  (RB 4.11.5)

Early action credits are first cut to their share beside the offsets that were chosen; then both are
cut pro rata to the limit. The largest remainder goes first, ties by account.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cfi.contracts.figures.schedule import rate_of
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.programme import ProgrammeTerms
from cfi.contracts.wire.quantities import (
    FULL_BPS,
    BasisPoints,
    Cfis,
    Year,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Offsets and early action credits chosen from one account."""

    account: str
    offsets: Cfis
    early: Cfis


def most_early(offsets: Cfis, early_bps: BasisPoints) -> Cfis:
    """The most early action credits usable beside offsets, so that they keep to their share of
    both, rounded down.  (RB 4.11.5)
    """
    return Cfis(offsets * early_bps // (FULL_BPS - early_bps))


def cut(chosen: tuple[Chosen, ...], limit: Cfis, early_bps: BasisPoints) -> tuple[Chosen, ...]:
    """How many of what was chosen may be used, account by account, in the order given."""
    offsets = {one.account: one.offsets for one in chosen}
    early = {one.account: one.early for one in chosen}
    beside = most_early(Cfis(sum(offsets.values())), early_bps)
    early = pro_rata(early, Cfis(min(beside, sum(early.values()))))
    both = sum(offsets.values()) + sum(early.values())
    if both > limit:
        early_limit = Cfis(limit * sum(early.values()) // both)
        early = pro_rata(early, early_limit)
        offsets = pro_rata(offsets, Cfis(limit - early_limit))
    return tuple(
        Chosen(account=one.account, offsets=offsets[one.account], early=early[one.account])
        for one in chosen
    )


def pro_rata(amounts: Mapping[str, Cfis], total: Cfis) -> dict[str, Cfis]:
    """Share a total out in proportion, in whole CFIs: largest remainder first, ties by name."""
    whole = sum(amounts.values())
    if total >= whole:
        return dict(amounts)
    shares = {name: Cfis(amount * total // whole) for name, amount in amounts.items()}
    by_remainder = sorted(amounts, key=lambda name: (-(amounts[name] * total % whole), name))
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] = Cfis(shares[name] + 1)
    return shares


def usable_kinds(terms: ProgrammeTerms, year: Year) -> tuple[Instrument, ...]:
    """What may be surrendered for a year: allowances, and what the programme sets a limit for.
    (RB 4.11.5)
    """
    if not rate_of(terms.usable_offsets, year):
        return (Instrument.XA,)
    if not rate_of(terms.early_action_share, year):
        return tuple(kind for kind in Instrument if kind is not Instrument.XE)
    return tuple(Instrument)
