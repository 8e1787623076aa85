"""What became of an act: the receipt for its signer, and its digest in the block's results."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import cbor2

from cfi.contracts.wire import codec, items
from cfi.contracts.wire.quantities import Count, Height, SmallCode
from cfi.contracts.wire.refusal import Fact
from cfi.contracts.wire.schema import Hash

RECEIPT_PREFIX: Final = b"cfi/receipt/v1"
DONE: Final = SmallCode(0)
_VERSION: Final = 1
_FIELDS: Final = 8
_HEAD: Final = items.array_head(_FIELDS) + items.unsigned(_VERSION)
_NO_FACTS: Final = items.array_head(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The outcome of one act: done, or refused with a code, a section and facts."""

    act_id: Hash
    height: Height
    index: Count
    """Its place in the block."""
    message_number: SmallCode
    code: SmallCode
    """0 if done, else a `Refusal`."""
    section: str
    facts: tuple[tuple[str, Fact], ...]

    @property
    def done(self) -> bool:
        """True unless a rule refused."""
        return self.code == DONE


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt's bytes: facts are numbers, texts, bytes, true, false or null."""
    return b"".join(
        (
            _HEAD,
            items.octets(receipt.act_id),
            items.unsigned(receipt.height),
            items.unsigned(receipt.index),
            items.unsigned(receipt.message_number),
            items.unsigned(receipt.code),
            items.text(receipt.section),
            cbor2.dumps(receipt.facts) if receipt.facts else _NO_FACTS,
        )
    )


def decode_receipt(data: bytes) -> Receipt:
    """Read a receipt's bytes; raises CodecError."""
    array = codec.array(codec.decode(data))
    if len(array) != _FIELDS or array[0] != _VERSION:
        raise codec.CodecError("not a receipt of version 1")
    _, act_id, height, index, number, code, section, facts = array
    pairs = [codec.array(pair) for pair in codec.array(facts)]
    if (
        not all(len(pair) == 2 and type(pair[0]) is str for pair in pairs)
        or type(act_id) is not bytes
        or type(section) is not str
    ):
        raise codec.CodecError("not a receipt of version 1")
    numbers = (height, index, number, code)
    if not all(type(value) is int for value in numbers):
        raise codec.CodecError("not a receipt of version 1")
    return Receipt(
        act_id=Hash(act_id),
        height=Height(height),  # type: ignore[arg-type]
        index=Count(index),  # type: ignore[arg-type]
        message_number=SmallCode(number),  # type: ignore[arg-type]
        code=SmallCode(code),  # type: ignore[arg-type]
        section=section,
        facts=tuple((pair[0], pair[1]) for pair in pairs),  # type: ignore[misc]
    )


def receipt_digest(act_id: Hash, receipt: bytes) -> Hash:
    """What the block's results carry: it commits to the receipt without showing it."""
    return Hash(sha256(RECEIPT_PREFIX + act_id + receipt).digest())
