"""How long proofs are and how fast they are checked, and what an update of the outer tree costs."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from statistics import median, quantiles
from time import perf_counter_ns
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
    verify_row,
)
from cfi.contracts.wire.merkle import HASH_BYTES
from cfi.contracts.wire.proofs import (
    Absence,
    Existence,
    encode_absence,
    encode_existence,
    verify_membership,
    verify_non_membership,
)
from cfi.node.bench.measurement import Measurement, compared

ROW_BYTES: Final = 64
SAMPLES: Final = 400
CHANGED_LEAVES: Final = 1_000
ROUNDS: Final = 5
OWNER_TAG: Final = 0x02
SEED: Final = 20_031_212
PERCENTILE: Final = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One lot as a holder shows it: the owner's leaf, the row's blinding and its path."""

    owner_key: bytes
    owner_value: bytes
    blinding: bytes
    row: RowProof


def measure(accounts: int, lots: int) -> list[Measurement]:
    """Proof sizes in bytes, checking times in microseconds, and microseconds an updated leaf."""
    dice = Random(SEED)  # noqa: S311 (a benchmark's rows)
    leaves, shown = _ledger(dice, accounts, lots)
    tree = OuterTree.EMPTY.with_changes(leaves)
    conditions: dict[str, str | int] = {
        "accounts": accounts,
        "lots": lots,
        "row_bytes": ROW_BYTES,
        "samples": len(shown),
    }
    absences = [_absence(tree, bytes((OWNER_TAG,)) + dice.randbytes(32)) for _ in shown]
    return [
        *_presence(tree, shown, conditions),
        *_absent(tree, absences, conditions),
        _updates(dice, leaves, tree, conditions),
    ]


def _ledger(
    dice: Random, accounts: int, lots: int
) -> tuple[dict[bytes, bytes | None], list[Shown]]:
    leaves: dict[bytes, bytes | None] = {}
    shown: list[Shown] = []
    every = max(accounts // SAMPLES, 1)
    for number in range(accounts):
        # Row 0 is the summary.
        rows = 1 + lots // accounts + (number < lots % accounts)
        one = _owner(dice, number, rows)
        leaves[one.owner_key] = one.owner_value
        if number % every == 0:
            shown.append(one)
    return leaves, shown


def _owner(dice: Random, number: int, rows: int) -> Shown:
    """An account with as many rows; one of them is shown."""
    blinder = Blinder(dice.randbytes(HASH_BYTES))
    row, tree, slot = dice.randbytes(ROW_BYTES), RowTree(), dice.randrange(rows)
    tree.set_leaves({at: row_leaf(blinder, at, 1, row) for at in range(rows)})
    return Shown(
        owner_key=owner_leaf_key(OWNER_TAG, blinder, b"Aaccount/%d" % number),
        owner_value=owner_leaf_value(tree.depth, tree.root),
        blinding=row_blinding(blinder, slot, 1),
        row=RowProof(slot=slot, written_at=1, row=row, siblings=tuple(tree.path(slot))),
    )


def _presence(
    tree: OuterTree, shown: list[Shown], conditions: dict[str, str | int]
) -> list[Measurement]:
    root = tree.root_hash
    proofs = [_existence(tree, one.owner_key) for one in shown]
    written = [encode_existence(proof) for proof in proofs]
    sizes = [
        len(proof) + HASH_BYTES + len(encode_row_proof(one.row))
        for proof, one in zip(written, shown, strict=True)
    ]
    bare = [
        HASH_BYTES * (len(proof.siblings) + one.row.depth) + len(one.row.row)
        for proof, one in zip(proofs, shown, strict=True)
    ]

    def check() -> None:
        for proof, one in zip(written, shown, strict=True):
            assert verify_membership(root, proof, one.owner_key, one.owner_value)
            assert verify_row(one.owner_value, one.blinding, one.row)

    def hash_only() -> None:
        for proof, one in zip(proofs, shown, strict=True):
            for _ in range(len(proof.siblings) + one.row.depth + 5):
                sha256(root + root).digest()

    checked, hashed = _alternately(check, hash_only, len(shown))
    return [
        _size("presence", sizes, ("the bare hashes and the row", bare), conditions),
        compared("presence_check", checked, "us", ("the hashes alone", hashed), conditions),
    ]


def _absent(
    tree: OuterTree, absences: list[Absence], conditions: dict[str, str | int]
) -> list[Measurement]:
    root = tree.root_hash
    written = [encode_absence(proof) for proof in absences]
    sides = [
        [encode_existence(side) for side in (proof.left, proof.right) if side is not None]
        for proof in absences
    ]

    def check() -> None:
        for proof, absence in zip(written, absences, strict=True):
            assert verify_non_membership(root, proof, absence.key)

    def hash_only() -> None:
        for absence in absences:
            for side in (absence.left, absence.right):
                for _ in range(0 if side is None else len(side.siblings) + 3):
                    sha256(root + root).digest()

    apart = [sum(map(len, both)) for both in sides]
    checked, hashed = _alternately(check, hash_only, len(absences))
    sizes = list(map(len, written))
    return [
        _size("absence", sizes, ("both neighbours' proofs, apart", apart), conditions),
        compared("absence_check", checked, "us", ("the hashes alone", hashed), conditions),
    ]


def _updates(
    dice: Random,
    leaves: dict[bytes, bytes | None],
    tree: OuterTree,
    conditions: dict[str, str | int],
) -> Measurement:
    keys = dice.sample(sorted(leaves), min(CHANGED_LEAVES, len(leaves)))
    changes: dict[bytes, bytes | None] = {key: dice.randbytes(33) for key in keys}
    updated, built = _alternately(
        lambda: tree.with_changes(changes),
        lambda: OuterTree.EMPTY.with_changes(leaves),
        len(changes),
    )
    baseline = ("the tree built anew", built)
    return compared("update", updated, "us/leaf", baseline, conditions | {"changed": len(changes)})


def _size(
    name: str,
    sizes: list[int],
    baseline: tuple[str, list[int]],
    conditions: dict[str, str | int],
) -> Measurement:
    what, others = baseline
    most = {"percentile": PERCENTILE, "median": int(median(sizes)), "greatest": max(sizes)}
    return compared(f"{name}_size", _high(sizes), "bytes", (what, _high(others)), conditions | most)


def _high(sizes: list[int]) -> float:
    """The 99th percentile."""
    return quantiles(sizes, n=100, method="inclusive")[PERCENTILE - 1]


def _alternately(
    measured: Callable[[], object], baseline: Callable[[], object], times: int
) -> tuple[float, float]:
    """The least microseconds each takes for one of its `times` steps, the two run by turns."""
    turns = [(_spent(measured), _spent(baseline)) for _ in range(ROUNDS)]
    least = (min(one for one, _ in turns), min(other for _, other in turns))
    return least[0] / times / 1_000, least[1] / times / 1_000


def _spent(work: Callable[[], object]) -> int:
    start = perf_counter_ns()
    work()
    return perf_counter_ns() - start


def _existence(tree: OuterTree, key: bytes) -> Existence:
    proof = tree.prove(key)
    assert isinstance(proof, Existence)
    return proof


def _absence(tree: OuterTree, key: bytes) -> Absence:
    proof = tree.prove(key)
    assert isinstance(proof, Absence)
    return proof
