"""Bounds on everything that is decoded, stored or kept."""

from typing import Final

MAX_TRANSACTION_BYTES: Final = 65_536
MAX_DEPTH: Final = 16
MAX_IDENTIFIER_CHARACTERS: Final = 64
MAX_TEXT_BYTES: Final = 1_024
MAX_LIST_ITEMS: Final = 4_096
MAX_ROWS_PER_OWNER: Final = 8_192
ROWS_KEPT_FOR_DUE_WORK: Final = 256
"""Of an owner's rows, those that no act may take: a programme's years and deliveries fill a part of
them.
"""
ROWS_KEPT_FOR_SAFETY: Final = 512
"""Of a holder's own records, those that only what keeps it or others safe may take: keys in others'
places, a suspension, protections, what it is to owe. Two keys for each user that a holder may have.
"""
MAX_OUTCOMES: Final = 256
"""Ended offers and transfers of which a holder is told; the oldest makes way."""
MAX_LOTS_PER_PIECE: Final = 100
"""Lots that one piece of due work deals with."""
MAX_USERS_PER_HOLDER: Final = 256
MAX_KEYS_PER_USER: Final = 16
MAX_ACCOUNTS_PER_HOLDER: Final = 1_024
REPLAY_WINDOW_HEIGHTS: Final = 300
PROVABLE_HEIGHTS: Final = 16
MAX_BLOCK_BYTES: Final = 2 * 1024 * 1024
MAX_BLOCK_GAS: Final = 15_000
"""Work units a block; one unit is about 100 microseconds."""
MAX_ACT_GAS: Final = MAX_BLOCK_GAS // 4
"""Work units of a message's kind, and again of what one act touches: with both it fits beside due
work.
"""
MAX_CHAIN_ID_CHARACTERS: Final = 50
PAGE_TONNES: Final = 10_000
"""Serials on one public page."""
MAX_TONNES_ENDED_AT_ONCE: Final = 10_000_000
"""What one act, or one piece of due work, may retire: a thousand pages."""
MAX_BENEFICIARY_BYTES: Final = 256
"""It is written anew with each range that ends on its page."""
MAX_LOTS_PER_ELECTION: Final = 100
MAX_SOURCE_TONNES: Final = 10**8
"""A year's emissions of one facility: some times what the largest plant emits."""
MAX_MEMBER_TONNES: Final = 10**9
"""A year's emissions, or the baseline, of one Member."""
MAX_OPT_INS: Final = 256
"""Countries that a Member opts in, and activities of each kind."""
MAX_BASELINE_CHANGES: Final = 256
"""Acquisitions and sales of a Member: each adjustment of its baseline reckons with all of them."""
MAX_LOTS_PER_ADJUSTMENT: Final = 50
MAX_TONNES_PER_ADJUSTMENT: Final = 5_000_000
"""What an adjustment of a baseline retires of a vintage at once: with four vintages, and pages full
of ranges, it fits into one act.
"""
MAX_PROOF_BYTES: Final = 65_536
MAX_OPEN_OFFERS: Final = 256
"""Offers that a holder may have open, and that a buyer is shown."""
MAX_WAITING_TRANSFERS: Final = 256
"""With that many that wait a holder begins no donation."""
MAX_OFFER_SECONDS: Final = 90 * 86_400
MAX_TRANSFER_DELAY_SECONDS: Final = 30 * 86_400
MAX_TRUSTED_ACCOUNTS: Final = 64
SNAPSHOT_CHUNK_BYTES: Final = 8 * 1024 * 1024
MAX_SNAPSHOT_CHUNKS: Final = 4_096
MAX_SNAPSHOT_ENTRY_BYTES: Final = 64 * 1024 * 1024
"""Of one value: a serial page can be longer than a chunk."""
MAX_VALIDATORS: Final = 200
"""Each has a vote in every block."""
