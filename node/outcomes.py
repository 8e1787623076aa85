"""What a decided transaction's outcome is as the engine hashes it."""

from collections.abc import Callable
from typing import Final

from cfi.contracts.transition.block import Outcome
from cfi.contracts.wire.blocks import TransactionResult
from cfi.contracts.wire.receipts import receipt_digest
from cfi.contracts.wire.values import maker_of

_REFUSED: Final = 1
_RESULT: Final[Callable[..., TransactionResult]] = maker_of(TransactionResult)


def result_of(outcome: Outcome) -> TransactionResult:
    """Code, digest of the receipt, and work units as gas, wanted and used alike."""
    if outcome.receipt is None or outcome.act is None:
        return TransactionResult(
            code=int(outcome.inadmissible or _REFUSED), data=b"", gas_wanted=0, gas_used=0
        )
    digest = receipt_digest(outcome.act.act_id, outcome.receipt_bytes)
    code = 0 if outcome.receipt.done else _REFUSED
    return _RESULT(code, digest, outcome.gas, outcome.gas)
