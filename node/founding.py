"""`cfi init`: keys, a genesis document signed by the founding officers, and a home for one node."""

import os
import time
from dataclasses import dataclass

from cfi.client.wallet.keystore import USUAL, Hardness, SigningKey, new_key, write_key
from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.genesis.builder import GenesisPlan, NewHolder, NewUser, build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.genesis.programmes.loader import programme
from cfi.node.consensus import private_validator
from cfi.node.home import Home, Settings
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


def found(home: Home, settings: Settings, founding: Founding) -> bytes:
    """Fill a new home; returns the signed genesis. Raises HomeError, GenesisError, having written
    nothing.
    """
    officers = {name: new_key() for name in OFFICERS}
    validator = os.urandom(32)
    document = build_genesis(_plan(founding, officers, SigningKey(validator).public_key))
    signed = sign_genesis(document, [key.seed for key in officers.values()])

    home.create(settings)
    private_validator.write_key(home.validator_key, validator)
    private_validator.write_fresh_state(home.validator_state)
    write_atomically(home.admission_key, os.urandom(32))
    for name, key in officers.items():
        write_key(home.keys / f"{name}.json", key, founding.passphrase, founding.hardness)
    write_atomically(home.genesis_file, signed)
    return signed


def _plan(founding: Founding, officers: dict[str, SigningKey], validator: bytes) -> GenesisPlan:
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
        validators=((validator, FOUNDING_POWER),),
        officers=tuple(key.public_key for key in officers.values()),
        clock_start=founding.clock_start,
    )
