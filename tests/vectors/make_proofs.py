"""Writes proofs.json: trees, rows and proofs, true and forged, for other verifiers.

Run `python -m tests.vectors.make_proofs` after a change of the format that is meant.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.state.row_tree import (
    Blinder,
    RowProof,
    RowTree,
    encode_row_proof,
    owner_leaf_key,
    owner_leaf_value,
    row_blinding,
    row_leaf,
    seed_commitment,
)
from cfi.contracts.wire.proofs import Existence, encode_absence, encode_existence
from tests.reference.commitment_proof import compressed, honest, plain
from tests.reference.forgeries import ITEMS, TREE, Claim, absent, forgeries, framings, present

FILE: Final = Path(__file__).parent / "proofs.json"
OWNER_TAG: Final = 0x02
OWNER: Final = b"Acompany-a/1"
SEED: Final = bytes(range(32))
ROWS: Final = {0: b"the summary", 1: b"a lot", 2: b"another lot", 5: b"a lot beyond free slots"}


def vectors() -> dict[str, object]:
    """What the file holds, all bytes in hex; a claim without a value is one of absence."""
    return {
        "empty_root": OuterTree.EMPTY.root_hash.hex(),
        "roots": [_root(list(ITEMS)[:size]) for size in (1, 2, 3, len(ITEMS))],
        "true": [_claim(claim) for claim in _true()],
        "false": [_claim(claim) for claim in _false()],
        "rows": _rows(),
    }


def written() -> str:
    """The file's text."""
    return json.dumps(vectors(), indent=1) + "\n"


def _root(keys: Iterable[bytes]) -> dict[str, object]:
    items = {key: ITEMS[key] for key in keys}
    tree = OuterTree.EMPTY.with_changes(items)
    leaves = {key.hex(): value.hex() for key, value in items.items()}
    return {"leaves": leaves, "root": tree.root_hash.hex()}


def _true() -> list[Claim]:
    claims: list[Claim] = []
    for key in list(ITEMS)[:6]:
        proof = present(key)
        forms = {
            "presence": encode_existence(proof),
            "presence, plain": plain(honest(proof)),
            "presence, compressed": compressed(honest(proof)),
        }
        claims += [_of(name, TREE, key, ITEMS[key], data) for name, data in forms.items()]
    none = [b"\x10none %d" % number for number in range(6)]
    claims += [_of("absence", TREE, key, None, encode_absence(absent(key))) for key in none]
    alone = OuterTree.EMPTY.with_changes({b"key": b"value"})
    only = alone.prove(b"key")
    assert isinstance(only, Existence)
    return [
        *claims,
        _of("presence in a tree of one", alone, b"key", b"value", encode_existence(only)),
        _of("absence in a tree of one", alone, b"a", None, encode_absence(absent(b"a", alone))),
        _of("absence in the empty tree", OuterTree.EMPTY, b"key", None, b""),
    ]


def _of(sentence: str, tree: OuterTree, key: bytes, value: bytes | None, proof: bytes) -> Claim:
    return Claim(sentence=sentence, root=tree.root_hash, key=key, value=value, proof=proof)


def _false() -> list[Claim]:
    """The forgeries; those of more than 8 kB can be built from a short description."""
    return [claim for claim in (*forgeries(), *framings()) if len(claim.proof) <= 8_192]


def _claim(claim: Claim) -> dict[str, str | None]:
    return {
        "sentence": claim.sentence,
        "root": claim.root.hex(),
        "key": claim.key.hex(),
        "value": None if claim.value is None else claim.value.hex(),
        "proof": claim.proof.hex(),
    }


def _rows() -> dict[str, object]:
    blinder, tree = Blinder(SEED), RowTree()
    tree.set_leaves({slot: row_leaf(blinder, slot, 7, row) for slot, row in ROWS.items()})
    return {
        "seed": SEED.hex(),
        "seed_commitment": seed_commitment(SEED).hex(),
        "owner": OWNER.hex(),
        "owner_leaf_key": owner_leaf_key(OWNER_TAG, blinder, OWNER).hex(),
        "owner_leaf_value": owner_leaf_value(tree.depth, tree.root).hex(),
        "proofs": [_row(blinder, tree, slot) for slot in ROWS],
    }


def _row(blinder: Blinder, tree: RowTree, slot: int) -> dict[str, object]:
    siblings = tuple(tree.path(slot))
    proof = RowProof(slot=slot, written_at=7, row=ROWS[slot], siblings=siblings)
    return {
        "slot": slot,
        "written_at": 7,
        "row": ROWS[slot].hex(),
        "blinding": row_blinding(blinder, slot, 7).hex(),
        "proof": encode_row_proof(proof).hex(),
    }


if __name__ == "__main__":
    FILE.write_text(written())
