"""Were acts overtaken or left out? Nodes' admission receipts, compared with the history.  (ours
0042)
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from cfi.client.audit.replay import Replayed
from cfi.contracts.state.validator_sets import validators_at
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.admission import Admission, is_genuine, read_admission
from cfi.contracts.wire.blocks import Block
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_BLOCK_GAS
from cfi.contracts.wire.parties import PeerKind

PATIENCE: Final = 20
"""Heights after its admission in which an act that stays valid should have been decided."""


class NoEvidence(StrEnum):
    """Why a receipt says nothing against anybody."""

    MALFORMED = "malformed"
    OTHER_CHAIN = "of another chain"
    BAD_SIGNATURE = "its signature does not verify"
    UNKNOWN_NODE = "its key is no node's on this ledger"


class Omission(StrEnum):
    """How an act was left out."""

    EXPIRED = "expired undecided"
    ABSENT = "still undecided"
    LATE = "decided late"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an act was decided."""

    height: int
    index: int
    """Among the acts of its block, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A receipt that counts: whose node took which act, as which."""

    act_id: bytes
    node_key: bytes
    node_kind: PeerKind
    node_holder: str
    run: bytes
    sequence: int
    height: int
    at_ms: int
    valid_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """An act that the same run of a node took earlier, and the ledger decided later."""

    act: Taken
    place: Place
    by: Taken
    """The one that was decided first among those that were taken later."""
    by_place: Place
    overtakers: int
    """How many that were taken later were decided earlier."""
    same_holder: bool
    """Whether one holder signed both acts."""
    validators: int
    """Of the height that decided the other act: one alone has no gossip to blame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """An act that wasn't decided in time."""

    act: Taken
    how: Omission
    place: Place | None
    heights: int
    """From its admission until it was decided, expired, or the history ended."""
    full_blocks: int
    """Of those heights: their blocks were half full or more, and say little."""
    overtakers: int
    """How many that the same run took later were decided, or decided earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubled:
    """Two acts to which a node gave one place in its sequence."""

    first: Taken
    second: Taken


@dataclass(slots=True, kw_only=True)
class AdmissionFindings:
    """What the receipts show."""

    chain_id: str
    height: int
    """The last height of the history."""
    patience: int
    taken: int = 0
    """Receipts that count."""
    decided: int = 0
    waiting: int = 0
    """Not decided, and not yet due."""
    overtaken: list[Overtaken] = field(default_factory=list)
    omitted: list[Omitted] = field(default_factory=list)
    doubled: list[Doubled] = field(default_factory=list)
    no_evidence: list[tuple[str, NoEvidence]] = field(default_factory=list)
    """By file."""

    @property
    def clean(self) -> bool:
        """True if nothing is listed."""
        return not (self.overtaken or self.omitted or self.doubled or self.no_evidence)


@dataclass(slots=True)
class Watch:
    """Sees where a replay decides the acts of some receipts, and which of its blocks were full."""

    wanted: frozenset[bytes]
    places: dict[bytes, Place] = field(default_factory=dict)
    signers: dict[bytes, bytes] = field(default_factory=dict)
    """The key that signed, by act."""
    full: list[int] = field(default_factory=list)
    """Heights whose block was half full or more."""

    @classmethod
    def for_receipts(cls, receipts: Iterable[tuple[str, bytes]]) -> "Watch":
        """Look for the acts of receipts, whether they count or not."""
        read = (_read(data) for _, data in receipts)
        return cls(frozenset(each.act_id for each in read if each is not None))

    def see(self, block: Block, replayed: Replayed) -> None:
        """A height that was decided again."""
        size = sum(map(len, block.transactions))
        if 2 * size > MAX_BLOCK_BYTES or 2 * replayed.gas > MAX_BLOCK_GAS:
            self.full.append(replayed.height)
        for index, act_id in enumerate(replayed.act_ids):
            if act_id in self.wanted:
                self.places[act_id] = Place(replayed.height, index)
                self.signers[act_id] = read_verified_act(block.transactions[index]).key

    def full_between(self, after: int, last: int) -> int:
        """How many blocks were full, from the height after the one up to the other."""
        return bisect_right(self.full, last) - bisect_right(self.full, after)


def judge(
    receipts: Sequence[tuple[str, bytes]],
    watch: Watch,
    state: StateView,
    chain_id: str,
    height: int,
    patience: int = PATIENCE,
) -> AdmissionFindings:
    """Compare receipts (name and bytes) with the history that was watched up to a height, whose
    state says whose the keys are.
    """
    findings = AdmissionFindings(chain_id=chain_id, height=height, patience=patience)
    runs: dict[tuple[bytes, bytes], dict[tuple[int, bytes], Taken]] = {}
    for name, data in receipts:
        found = _weighed(data, state, chain_id)
        if isinstance(found, NoEvidence):
            findings.no_evidence.append((name, found))
        else:
            run = runs.setdefault((found.node_key, found.run), {})
            run[found.sequence, found.act_id] = found
    for _, run in sorted(runs.items()):
        in_order = [run[place] for place in sorted(run)]
        findings.taken += len(in_order)
        findings.doubled += _doubled(in_order)
        _judge_run(in_order, watch, state, findings)
    return findings


def _read(data: bytes) -> Admission | None:
    try:
        return read_admission(data)
    except CodecError:
        return None


def _weighed(data: bytes, state: StateView, chain_id: str) -> Taken | NoEvidence:
    admission = _read(data)
    if admission is None:
        return NoEvidence.MALFORMED
    if admission.chain_id != chain_id:
        return NoEvidence.OTHER_CHAIN
    if not is_genuine(admission):
        return NoEvidence.BAD_SIGNATURE
    node = state.admission_keys.get(admission.node_key)
    if node is None:
        return NoEvidence.UNKNOWN_NODE
    return Taken(
        act_id=admission.act_id,
        node_key=admission.node_key,
        node_kind=node.kind,
        node_holder=node.holder_id,
        run=admission.run,
        sequence=admission.sequence,
        height=admission.height,
        at_ms=admission.at_ms,
        valid_until=admission.valid_until,
    )


def _doubled(in_order: Sequence[Taken]) -> Iterator[Doubled]:
    for first, second in pairwise(in_order):
        if first.sequence == second.sequence:
            yield Doubled(first=first, second=second)


def _judge_run(
    in_order: Sequence[Taken], watch: Watch, state: StateView, findings: AdmissionFindings
) -> None:
    """From the last that the run took to the first: what was decided of those before."""
    later: list[tuple[Place, Taken]] = []
    overtaken: list[Overtaken] = []
    omitted: list[Omitted] = []
    for taken in reversed(in_order):
        place = watch.places.get(taken.act_id)
        overtakers = len(later) if place is None else bisect_left(later, place, key=_place_of)
        omission = _omission(taken, place, overtakers, watch, findings)
        if omission is not None:
            omitted.append(omission)
        if place is None:
            findings.waiting += omission is None
            continue
        findings.decided += 1
        if overtakers:
            by_place, by = later[0]
            overtaken.append(
                Overtaken(
                    act=taken,
                    place=place,
                    by=by,
                    by_place=by_place,
                    overtakers=overtakers,
                    same_holder=_holder(taken, watch, state) == _holder(by, watch, state),
                    validators=len(validators_at(state, by_place.height).validators),
                )
            )
        insort(later, (place, taken), key=_place_of)
    findings.overtaken += reversed(overtaken)
    findings.omitted += reversed(omitted)


def _place_of(decided: tuple[Place, Taken]) -> Place:
    return decided[0]


def _omission(
    taken: Taken, place: Place | None, overtakers: int, watch: Watch, findings: AdmissionFindings
) -> Omitted | None:
    due = taken.height + findings.patience
    if place is not None:
        how, until = Omission.LATE, place.height
        in_time = place.height <= due
    elif taken.valid_until <= findings.height:
        how, until, in_time = Omission.EXPIRED, taken.valid_until, False
    else:
        how, until, in_time = Omission.ABSENT, findings.height, findings.height < due
    if in_time:
        return None
    return Omitted(
        act=taken,
        how=how,
        place=place,
        heights=until - taken.height,
        full_blocks=watch.full_between(taken.height, until),
        overtakers=overtakers,
    )


def _holder(taken: Taken, watch: Watch, state: StateView) -> bytes:
    owner = state.keys.place(watch.signers[taken.act_id])
    assert owner is not None, "the signer of a decided act has a key"
    return owner
