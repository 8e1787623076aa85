"""A receipt, verified: its act stands in a block, and its digest among that block's results.

The block commits to its transactions; the next header to what became of them.
"""

from dataclasses import dataclass
from typing import Final

from cfi.client.light.json_node import JsonNode
from cfi.client.wallet.transactions import act_id_of
from cfi.contracts.wire.blocks import decode_result, verify_result, verify_transaction
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.envelope import MalformedTransactionError
from cfi.contracts.wire.headers import Header, header_hash
from cfi.contracts.wire.list_tree import ListProof
from cfi.contracts.wire.protobuf import ProtobufError
from cfi.contracts.wire.receipts import Receipt, decode_receipt, receipt_digest

_GREATEST: Final = 2**32 - 1


NO_RESULT: Final = "the server has no proof of that height's results"


class NotProvedError(Exception):
    """What is shown of an act contradicts verified headers, or itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAct:
    """What a server shows of an act; nothing is verified yet."""

    height: int
    transaction: bytes
    receipt: bytes
    in_block: ListProof
    result: bytes | None
    """What the next header commits to; None where the server has no proof of it."""
    in_results: ListProof


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt, and why it is only claimed; None if it is verified."""

    receipt: Receipt
    claimed_because: str | None

    @property
    def verified(self) -> bool:
        """True if proofs and headers show it."""
        return self.claimed_because is None

    @property
    def standing(self) -> str:
        """How it is shown: verified here, or claimed and why."""
        if self.claimed_because is None:
            return f"verified here at height {self.receipt.height}"
        return f"claimed: {self.claimed_because}"


def read_act(node: JsonNode) -> ShownAct:
    """Read a gateway's answer; raises MalformedError."""
    index = node.field("index").number(0, _GREATEST)
    total = node.field("total").number(0, _GREATEST)
    result = node.field("result")
    return ShownAct(
        height=node.field("height").number(1, 2**62),
        transaction=node.field("transaction").hexadecimal(),
        receipt=node.field("receipt").hexadecimal(),
        in_block=_proof(node, index, total),
        result=None if result.absent else result.field("result").hexadecimal(),
        in_results=_proof(result, index, total),
    )


def check_act(shown: ShownAct, act_id: bytes, header: Header, following: Header) -> CheckedReceipt:
    """The receipt of an act, verified where the server has the proof of its result.

    Both headers are verified, and the second is the one after the first. Raises NotProvedError
    where what is shown contradicts them or itself.
    """
    assert following.last_block_id.header_hash == header_hash(header), "they follow each other"
    try:
        receipt, signed_id = decode_receipt(shown.receipt), act_id_of(shown.transaction)
        result = None if shown.result is None else decode_result(shown.result)
    except (CodecError, MalformedTransactionError, ProtobufError) as error:
        raise NotProvedError(f"it can't be read: {error}") from error
    _require(signed_id == act_id == receipt.act_id, "another act is shown")
    place = (receipt.height, receipt.index)
    _require(place == (header.height, shown.in_block.index), "the receipt is of another place")
    in_block = verify_transaction(header.data_hash, shown.transaction, shown.in_block)
    _require(in_block, "the act is not in that block")
    if result is None:
        return CheckedReceipt(receipt=receipt, claimed_because=NO_RESULT)
    digest = receipt_digest(receipt.act_id, shown.receipt)
    _require(result.data == digest, "the result is of another receipt")
    _require((result.code == 0) is receipt.done, "the result says another outcome")
    in_results = verify_result(following.last_results_hash, result, shown.in_results)
    _require(in_results, "the result is not under the next header")
    return CheckedReceipt(receipt=receipt, claimed_because=None)


def _require(holds: bool, fault: str) -> None:
    if not holds:
        raise NotProvedError(fault)


def _proof(node: JsonNode, index: int, total: int) -> ListProof:
    aunts = tuple(each.hexadecimal() for each in node.field("aunts").items())
    return ListProof(index=index, total=total, aunts=aunts)
