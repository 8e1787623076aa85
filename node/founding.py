"""`cfi init`, `cfi testnet`: keys, one genesis signed by the founding officers, and a home for each
node.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cfi.client.wallet.keystore import USUAL, Hardness, SigningKey, new_key, write_key
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.contracts.wire.signatures import public_key_of
from cfi.genesis.builder import GenesisPlan, NewHolder, NewUser, build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.genesis.programmes.loader import programme
from cfi.node.consensus import private_validator
from cfi.node.consensus.cometbft.node_key import write_node_key
from cfi.node.home import Home, require_empty
from cfi.node.settings import Settings
from cfi.node.storage.atomic import write_atomically

FOUNDING_POWER = 1_000
OFFICERS = ("officer-1", "officer-2", "officer-3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What `cfi init` is told."""

    chain_id: str
    programme: str
    clock_start: int | None
    passphrase: bytes
    hardness: Hardness = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSeeds:
    """What a node keeps to itself: 32 bytes for each of its keys."""

    validator: bytes
    node: bytes
    admission: bytes

    @property
    def validator_key(self) -> bytes:
        """The validator's public key."""
        return public_key_of(self.validator)

    @property
    def founding(self) -> tuple[bytes, int, bytes]:
        """What a genesis says of the validator: its key, its power, its admission key."""
        return self.validator_key, FOUNDING_POWER, public_key_of(self.admission)


@dataclass(frozen=True, slots=True)
class Place:
    """A node that is to be: where, how, and with which keys."""

    home: Home
    settings: Settings
    seeds: NodeSeeds


def new_seeds() -> NodeSeeds:
    """Keys that nobody else has."""
    return NodeSeeds(validator=os.urandom(32), node=os.urandom(32), admission=os.urandom(32))


def found(home: Home, settings: Settings, founding: Founding) -> bytes:
    """Fill a new home; returns the signed genesis. Raises HomeError, GenesisError, having written
    nothing.
    """
    return found_network([Place(home, settings, new_seeds())], founding, home.keys)


def found_network(places: Sequence[Place], founding: Founding, keys: Path) -> bytes:
    """Fill new homes of validators of equal power, the officers' key files into one folder;
    returns the signed genesis. Raises HomeError, GenesisError, having written nothing.
    """
    officers = {name: new_key() for name in OFFICERS}
    document = build_genesis(_plan(founding, officers, places))
    signed = sign_genesis(document, [key.seed for key in officers.values()])
    for place in places:
        place.home.require_free()
    require_empty(keys)

    keys.mkdir(parents=True, exist_ok=True)
    for name, key in officers.items():
        write_key(keys / f"{name}.json", key, founding.passphrase, founding.hardness)
    for place in places:
        fill(place, signed)
    return signed


def fill(place: Place, signed_genesis: bytes) -> None:
    """Make a home with its keys, its settings and, last, its genesis; raises HomeError, OSError."""
    home, seeds = place.home, place.seeds
    home.create(place.settings)
    private_validator.write_key(home.validator_key, seeds.validator)
    private_validator.write_fresh_state(home.validator_state)
    write_node_key(home.node_key, seeds.node)
    write_atomically(home.admission_key, seeds.admission)
    write_atomically(home.genesis_file, signed_genesis)


def _plan(
    founding: Founding, officers: dict[str, SigningKey], places: Sequence[Place]
) -> GenesisPlan:
    terms = programme(founding.programme)
    users = tuple(
        NewUser(
            user_id=name,
            seeds=(key.seed,),
            levels=(Level.ADMINISTRATOR,),
            roles=tuple(Role),
            officer=True,
        )
        for name, key in officers.items()
    )
    exchange = NewHolder(
        holder_id="exchange",
        holder_class=HolderClass.EXCHANGE,
        blinding=os.urandom(32),
        users=users,
        first_year=terms.first_year,
        trading=(os.urandom(32),),
        retirement=(os.urandom(32),),
    )
    return GenesisPlan(
        chain_id=founding.chain_id,
        time=int(time.time()),
        terms=terms,
        exchange=exchange,
        validators=tuple(place.seeds.founding for place in places),
        officers=tuple(key.public_key for key in officers.values()),
        clock_start=founding.clock_start,
    )
