"""Whole blocks in CometBFT's own format, and the hashes over what they carry.  (CometBFT 0.38)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.contracts.wire.commits import Commit, decode_commit, encode_commit
from cfi.contracts.wire.headers import (
    BlockId,
    Header,
    PartSetHeader,
    decode_header,
    encode_header,
    header_hash,
)
from cfi.contracts.wire.list_tree import ListProof, list_root, prove_item, verify_item
from cfi.contracts.wire.protobuf import (
    Fields,
    Kind,
    ProtobufError,
    data,
    integer,
    message,
    repeated,
)

PART_BYTES: Final = 65_536
_Shape = tuple[int, int, int, int]
"""Code, length of the data, gas wanted, gas used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block: what its header commits to, and the votes for the block before."""

    header: Header
    transactions: tuple[bytes, ...]
    evidence: tuple[bytes, ...] = ()
    """Each as it was encoded."""
    last_commit: Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionResult:
    """What the next header's last_results_hash says about a transaction."""

    code: int
    data: bytes
    gas_wanted: int
    gas_used: int


def encode_block(block: Block) -> bytes:
    """The bytes of a block, of which its parts are cut."""
    return b"".join(
        (
            message(1, encode_header(block.header)),
            message(2, repeated(1, block.transactions)),
            message(3, repeated(1, block.evidence)),
            message(4, encode_commit(block.last_commit)),
        )
    )


def decode_block(body: bytes) -> Block:
    """Read a block; raises ProtobufError unless the bytes are exactly its encoding."""
    fields = Fields(body, {1: Kind.DATA, 2: Kind.DATA, 3: Kind.DATA, 4: Kind.DATA})
    block = Block(
        header=decode_header(fields.data(1)),
        transactions=tuple(Fields(fields.data(2), {1: Kind.REPEATED}).each(1)),
        evidence=tuple(Fields(fields.data(3), {1: Kind.REPEATED}).each(1)),
        last_commit=decode_commit(fields.data(4)),
    )
    if encode_block(block) != body:
        raise ProtobufError("not the encoding of a block")
    return block


def block_parts(encoded_block: bytes) -> list[bytes]:
    """An encoded block cut into parts of 65,536 bytes."""
    return [encoded_block[at : at + PART_BYTES] for at in range(0, len(encoded_block), PART_BYTES)]


def part_set_header(encoded_block: bytes) -> PartSetHeader:
    """The number of an encoded block's parts and the root over them."""
    parts = block_parts(encoded_block)
    return PartSetHeader(total=len(parts), root=list_root(parts))


def block_id_of(block: Block) -> BlockId:
    """The id by which votes name a block."""
    return BlockId(
        header_hash=header_hash(block.header), parts=part_set_header(encode_block(block))
    )


def data_hash(transactions: Sequence[bytes]) -> bytes:
    """The 32-byte root over the transactions' hashes."""
    return list_root([sha256(each).digest() for each in transactions])


def prove_transaction(transactions: Sequence[bytes], index: int) -> ListProof:
    """The proof that a transaction stands in a block; raises IndexError where there is none."""
    return prove_item([sha256(each).digest() for each in transactions], index)


def verify_transaction(block_data_hash: bytes, transaction: bytes, proof: ListProof) -> bool:
    """Whether a transaction stands at the proof's place in the block with that data_hash."""
    return verify_item(block_data_hash, sha256(transaction).digest(), proof)


def results_hash(results: Sequence[TransactionResult]) -> bytes:
    """The 32-byte root over a block's results, which the next header carries."""
    return list_root(encode_results(results))


def prove_result(results: Sequence[TransactionResult], index: int) -> ListProof:
    """The proof that a result is of a block; raises IndexError where there is none."""
    return prove_item(encode_results(results), index)


def decode_result(body: bytes) -> TransactionResult:
    """Read a result; raises ProtobufError for bytes of another shape."""
    shape = {1: Kind.UNSIGNED, 2: Kind.DATA, 5: Kind.SIGNED, 6: Kind.SIGNED}
    fields = Fields(body, shape)
    return TransactionResult(
        code=fields.number(1),
        data=fields.data(2),
        gas_wanted=fields.number(5),
        gas_used=fields.number(6),
    )


def verify_result(last_results_hash: bytes, result: TransactionResult, proof: ListProof) -> bool:
    """Whether a result stands at the proof's place under the next header's last_results_hash."""
    return verify_item(last_results_hash, encode_result(result), proof)


def encode_result(result: TransactionResult) -> bytes:
    """The part of a result that all machines agree on."""
    return _encoded(result, {})


def encode_results(results: Iterable[TransactionResult]) -> list[bytes]:
    """The same of each result of a block; most differ in nothing but their data."""
    known: dict[_Shape, tuple[bytes, bytes]] = {}
    return [_encoded(each, known) for each in results]


def _encoded(result: TransactionResult, known: dict[_Shape, tuple[bytes, bytes]]) -> bytes:
    shape = (result.code, len(result.data), result.gas_wanted, result.gas_used)
    around = known.get(shape)
    if around is None:
        around = known[shape] = _around(*shape)
    return around[0] + result.data + around[1]


def _around(code: int, length: int, wanted: int, used: int) -> tuple[bytes, bytes]:
    body = data(2, bytes(length))
    return integer(1, code) + body[: len(body) - length], integer(5, wanted) + integer(6, used)


def evidence_hash(evidence: Sequence[bytes]) -> bytes:
    """The 32-byte root over pieces of evidence, each without the field that says its kind.

    Raises ProtobufError where a piece is of no known kind.
    """
    return list_root([_inner(each) for each in evidence])


def consensus_hash(max_bytes: int, max_gas: int) -> bytes:
    """The 32-byte hash of the parameters that bound a block; -1 is no bound."""
    return sha256(integer(1, max_bytes) + integer(2, max_gas)).digest()


def _inner(piece: bytes) -> bytes:
    fields = Fields(piece, {1: Kind.DATA, 2: Kind.DATA})
    inner = fields.data(1) or fields.data(2)
    if message(1, inner) != piece and message(2, inner) != piece:
        raise ProtobufError("evidence of no known kind")
    return inner
