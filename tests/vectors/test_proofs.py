"""The published vectors of proofs are what the code writes and how it judges."""

import json
from typing import Any

from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.contracts.state.row_tree import decode_row_proof, verify_row
from tests.vectors import make_proofs

VECTORS: dict[str, Any] = json.loads(make_proofs.FILE.read_text())


def verdict(claim: dict[str, str | None]) -> bool:
    root, proof, key = (bytes.fromhex(claim[name] or "") for name in ("root", "proof", "key"))
    if claim["value"] is None:
        return verify_non_membership(root, proof, key)
    return verify_membership(root, proof, key, bytes.fromhex(claim["value"]))


def test_the_file_is_what_the_code_writes() -> None:
    assert make_proofs.FILE.read_text() == make_proofs.written()


def test_true_proofs_are_accepted() -> None:
    assert len(VECTORS["true"]) == 27
    assert all(map(verdict, VECTORS["true"]))


def test_false_proofs_are_refused() -> None:
    assert len(VECTORS["false"]) > 60
    assert not any(map(verdict, VECTORS["false"]))


def test_rows_are_shown() -> None:
    rows = VECTORS["rows"]
    assert len(rows["proofs"]) == 4
    for row in rows["proofs"]:
        proof = decode_row_proof(bytes.fromhex(row["proof"]))
        assert (proof.slot, proof.written_at, proof.row.hex()) == (
            row["slot"],
            row["written_at"],
            row["row"],
        )
        assert verify_row(
            bytes.fromhex(rows["owner_leaf_value"]), bytes.fromhex(row["blinding"]), proof
        )
