"""Validators, their sets by height, their offences, and the nodes that may connect.  (ours 0025)"""

from dataclasses import dataclass
from typing import Final

from cfi.contracts.state.table import HolderTable, PublicTable, number_key
from cfi.contracts.wire.misbehaviour import MisbehaviourKind
from cfi.contracts.wire.parties import PeerKind
from cfi.contracts.wire.quantities import Count, Height, Instant
from cfi.contracts.wire.schema import Address, NodeId, PublicKey
from cfi.contracts.wire.text import HolderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorKey:
    """A validator of the chain and its voting power."""

    key: PublicKey
    power: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorRecord:
    """A validator as the Exchange has set it; the engine learns of it when the block ends."""

    key: PublicKey
    operator: HolderId
    """Who runs it."""
    power: Count
    """0 while it is suspended."""
    replaces: PublicKey | None
    """The key that it signed with before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFrom:
    """The validators that sign from a height on, in the order in which they sign."""

    from_height: Height
    validators: tuple[ValidatorKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """A validator's misbehaviour, as the engine reported it: the compliance record."""

    kind: MisbehaviourKind
    address: Address
    height: Height
    """Where it misbehaved."""
    time: Instant
    """When."""
    operator: HolderId | None
    """Who runs it; none for a key that is no validator's any more."""
    suspended: bool
    """Its power went to 0 for this."""
    reported_at: Height


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A node of the validators' network."""

    node_id: NodeId
    kind: PeerKind
    holder_id: HolderId
    """Whose node it is."""
    admission_key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionKey:
    """A key that signs admission receipts: whose word they are. It stays when the node goes."""

    key: PublicKey
    kind: PeerKind
    """Of the node that it was registered for first."""
    holder_id: HolderId
    """Who runs the node."""


VALIDATORS: Final = PublicTable(
    name="validators", tag=0xC7, row=ValidatorRecord, key=lambda row: row.key
)
VALIDATOR_SETS: Final = PublicTable(
    name="validator_sets", tag=0xC8, row=SetFrom, key=lambda row: number_key(row.from_height)
)
"""Only ever added to, so that the validators of any height can be told and proved."""
OFFENCES: Final = PublicTable(
    name="offences",
    tag=0xC9,
    row=Offence,
    key=lambda row: number_key(row.height, row.kind) + row.address,
)
PEERS: Final = HolderTable(
    name="peers",
    tag=0x24,
    row=Peer,
    key=lambda row: row.node_id,
    unique=lambda row: row.node_id,
)
"""Records of the Exchange: who is connected to whom is no business of others."""

ADMISSION_KEYS: Final = PublicTable(
    name="admission_keys", tag=0xCC, row=AdmissionKey, key=lambda row: row.key
)
"""Public, without the node's id: whoever has a receipt can tell whose it is. Only ever added to."""

TABLES: Final = (VALIDATORS, VALIDATOR_SETS, OFFENCES, PEERS, ADMISSION_KEYS)
