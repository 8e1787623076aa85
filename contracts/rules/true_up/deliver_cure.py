"""A Member that the settlement left short delivers more.  (RB 4.7, 4.11.5)"""

from dataclasses import replace

from cfi.contracts.figures.offset_cap import most_early, usable_kinds
from cfi.contracts.figures.schedule import rate_of
from cfi.contracts.state.changes import NO_CHANGES, Changes, put
from cfi.contracts.state.own import own_free_lot
from cfi.contracts.state.pages import may_end_at_once
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.true_up import OBLIGATIONS, OFFSET_USE, Obligation, OffsetUse, Stage
from cfi.contracts.state.stages import require_stage
from cfi.contracts.state.surrender import Held, Surrender, require_usable, surrendered
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.true_up.deliver_cure import DeliverCure
from cfi.contracts.wire.quantities import TONNES_PER_CFI, BasisPoints, Cfis, Tonnes, Year
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def deliver_cure(state: StateView, message: DeliverCure, block: BlockContext) -> Changes:
    """Retire the tail of a lot for the year at once; after the close too, while CFIs are owed."""
    year = message.compliance_year
    obligation = _owed(state, message, block)
    lot = own_free_lot(state, block, message.account_id, message.lot_id, message.tonnes)
    surrender = Surrender(
        holder_id=block.holder_id, year=year, kinds=usable_kinds(terms_of(state), year)
    )
    require_usable(lot, surrender)
    require(
        message.tonnes % TONNES_PER_CFI == 0, Refusal.NOT_WHOLE_CFIS, "RB 4.3", asked=message.tonnes
    )
    require(
        message.tonnes <= obligation.short_tonnes,
        Refusal.MORE_THAN_SHORT,
        "RB 4.7",
        asked=message.tonnes,
        short=obligation.short_tonnes,
    )
    may_end_at_once(message.tonnes, None)

    after = replace(
        obligation, surrendered_tonnes=Tonnes(obligation.surrendered_tonnes + message.tonnes)
    )
    held = Held(account_id=message.account_id, lot=lot)
    return Changes.of(
        _within_limit(state, lot.instrument, message.tonnes, year),
        surrendered(state, block, held, message.tonnes, surrender),
        put(OBLIGATIONS, block.holder_id, after),
        short_tonnes=after.short_tonnes,
    )


def _owed(state: StateView, message: DeliverCure, block: BlockContext) -> Obligation:
    """The signer's obligation; refuses unless the year is settled and CFIs are owed."""
    year = message.compliance_year
    require_stage(state, year, Stage.CURE, Stage.CLOSED)
    obligation = state.obligations.of(block.holder_id).get(number_key(year))
    if obligation is None or obligation.short_tonnes == 0:
        raise RefusedError(Refusal.NOTHING_OWED, "RB 4.7", {"compliance_year": year})
    return obligation


def _within_limit(state: StateView, instrument: Instrument, tonnes: Tonnes, year: Year) -> Changes:
    """Count offsets and early action credits; refuses beyond what the settlement left of them."""
    if instrument is Instrument.XA:
        return NO_CHANGES
    chain = state.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    use = state.offset_use.of(chain.exchange).get(number_key(year))
    assert use is not None, "the settlement counts offsets"
    cfis = Cfis(tonnes // TONNES_PER_CFI)
    left = _left(state, use, instrument)
    require(
        cfis <= left,
        Refusal.OFFSET_LIMIT_REACHED,
        "RB 4.11.5",
        asked=tonnes,
        left=left * TONNES_PER_CFI,
    )
    return Changes.of(put(OFFSET_USE, chain.exchange, _counted(use, instrument, cfis)))


def _left(state: StateView, use: OffsetUse, instrument: Instrument) -> int:
    """How many CFIs of a type the limit, and for early action credits their share, still allow."""
    left = use.limit - use.offsets - use.early
    if instrument is Instrument.XE:
        share_bps = rate_of(terms_of(state).early_action_share, use.year) or BasisPoints(0)
        left = min(left, most_early(use.offsets, share_bps) - use.early)
    return max(0, left)


def _counted(use: OffsetUse, instrument: Instrument, cfis: Cfis) -> OffsetUse:
    if instrument is Instrument.XE:
        return replace(use, early=Cfis(use.early + cfis))
    return replace(use, offsets=Cfis(use.offsets + cfis))
