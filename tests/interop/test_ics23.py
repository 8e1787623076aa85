"""cosmos/ics23 under SmtSpec accepts all our proofs, and whatever our stricter verifier accepts."""

import json
import random
import subprocess
from collections.abc import Iterable, Iterator

from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.wire.proofs import (
    Absence,
    Existence,
    encode_absence,
    encode_existence,
    verify_membership,
    verify_non_membership,
)
from tests.effort import effort
from tests.interop import gotool
from tests.reference.commitment_proof import Exist, Nonexist, batch, compressed, honest, plain
from tests.reference.forgeries import IN_ORDER, ITEMS, TREE, Claim, absent, forgeries, framings
from tests.reference.forgeries import present as shown

SOURCE = random.Random(20_031_212)
TREES = effort(sample=60, soak=3_000)
MUTATIONS = effort(sample=3_000, soak=200_000)


def go_verdicts(claims: Iterable[Claim]) -> list[bool]:
    """What the Go implementation says of each claim."""
    lines = [json.dumps(_case(claim)) for claim in claims]
    run = subprocess.run(
        [gotool.go_build("ics23")],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    verdicts = [line == "true" for line in run.stdout.splitlines()]
    assert len(verdicts) == len(lines) > 0
    return verdicts


def _case(claim: Claim) -> dict[str, str | None]:
    value = None if claim.value is None else claim.value.hex()
    fields = {"root": claim.root, "key": claim.key, "proof": claim.proof}
    return {**{name: data.hex() for name, data in fields.items()}, "value": value}


def our_verdict(claim: Claim) -> bool:
    """What our verifier says of a claim."""
    if claim.value is None:
        return verify_non_membership(claim.root, claim.proof, claim.key)
    return verify_membership(claim.root, claim.proof, claim.key, claim.value)


def true_claims(tree: OuterTree, items: dict[bytes, bytes], others: list[bytes]) -> Iterator[Claim]:
    """Every proof of a tree, in each of its forms."""
    for key in [*items, *others]:
        proof = tree.prove(key)
        value = items.get(key)
        for written in _forms(proof):
            yield Claim(sentence="true", root=tree.root_hash, key=key, value=value, proof=written)


def _forms(proof: Existence | Absence) -> list[bytes]:
    if isinstance(proof, Existence):
        entry = honest(proof)
        return [encode_existence(proof), plain(entry), batch(entry), compressed(entry)]
    sides = [None if side is None else honest(side) for side in (proof.left, proof.right)]
    none = Nonexist(proof.key, *sides)
    return [encode_absence(proof), plain(none), batch(none)]


STRICTER = [
    "a misplaced leaf",
    "absence by a misplaced neighbour",
    "a key that the proof doesn't name",
    "twice",
    "an unknown field",
    "a key twice",
    "a length that isn't the shortest",
    "longer than any proof",
    "a batch with a lookup",
]
"""What stock SmtSpec accepts and we don't."""


class TestTrueProofs:
    def test_all_proofs_of_many_trees_are_accepted(self) -> None:
        claims: list[Claim] = []
        for size in [1 + n % 40 for n in range(TREES)]:
            items = {SOURCE.randbytes(3): SOURCE.randbytes(5) for _ in range(size)}
            others = [SOURCE.randbytes(4) for _ in range(size)]
            claims += true_claims(OuterTree.EMPTY.with_changes(items), items, others)
        assert all(map(our_verdict, claims))
        assert all(go_verdicts(claims))

    def test_proofs_of_a_tree_of_thousands_are_accepted(self) -> None:
        items = {b"\x02" + SOURCE.randbytes(32): SOURCE.randbytes(33) for _ in range(5_000)}
        tree = OuterTree.EMPTY.with_changes(items)
        some = dict(list(items.items())[:200])
        claims = [*true_claims(tree, some, [b"\x02" + SOURCE.randbytes(32) for _ in range(200)])]
        assert all(map(our_verdict, claims))
        assert all(go_verdicts(claims))


class TestFalseProofs:
    def test_what_ours_accepts_of_the_forged_go_accepts(self) -> None:
        claims = [*forgeries(), *framings()]
        verdicts = go_verdicts(claims)
        assert not any(map(our_verdict, claims))
        accepted = [
            claim.sentence for claim, verdict in zip(claims, verdicts, strict=True) if verdict
        ]
        assert accepted == STRICTER

    def test_what_ours_accepts_of_the_damaged_go_accepts(self) -> None:
        claims = [*damaged(MUTATIONS)]
        for claim, verdict in zip(claims, go_verdicts(claims), strict=True):
            assert verdict or not our_verdict(claim), claim

    def test_what_ours_accepts_of_the_recombined_go_accepts(self) -> None:
        claims = [*recombined(MUTATIONS)]
        ours = [our_verdict(claim) for claim in claims]
        assert any(ours)
        assert not all(ours)
        for claim, mine, verdict in zip(claims, ours, go_verdicts(claims), strict=True):
            assert verdict or not mine, claim


def damaged(number: int) -> Iterator[Claim]:
    """True proofs with one byte changed, cut out or put in."""
    for _ in range(number):
        key = SOURCE.choice(IN_ORDER)
        present = SOURCE.random() < 0.5
        key = key if present else b"\x10none %d" % SOURCE.randrange(50)
        true = encode_existence(shown(key)) if present else encode_absence(absent(key))
        at = SOURCE.randrange(len(true))
        cut = SOURCE.randrange(2)
        proof = true[:at] + SOURCE.randbytes(SOURCE.randrange(2)) + true[at + cut :]
        value = ITEMS[key] if present else None
        yield Claim(sentence="damaged", root=TREE.root_hash, key=key, value=value, proof=proof)


def recombined(number: int) -> Iterator[Claim]:
    """Absence claimed between any two neighbours or none."""
    sides: list[Exist | None] = [*(honest(shown(key)) for key in IN_ORDER), None, None, None]
    for _ in range(number):
        key = SOURCE.choice([*IN_ORDER[:3], *(b"\x10none %d" % n for n in range(9))])
        at = SOURCE.randrange(len(sides) - 1)
        left, right = SOURCE.choice([(sides[at], sides[at + 1]), SOURCE.choices(sides, k=2)])
        proof = compressed(Nonexist(key, left, right))
        yield Claim(sentence="recombined", root=TREE.root_hash, key=key, value=None, proof=proof)
