"""Users and keys for tests: a key is known by a name."""

from cfi.contracts.state.changes import put
from cfi.contracts.state.rows.access import KEYS, User, UserKey
from cfi.contracts.wire.parties import Level
from cfi.contracts.wire.possession import possession_statement
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.schema import PublicKey, Signature
from cfi.contracts.wire.signatures import public_key_of, sign
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import Ledger, seed_of

CHAIN_ID = "sim-test"


def key_named(name: str) -> PublicKey:
    """The public key of a name."""
    return PublicKey(public_key_of(seed_of(name)))


def possession_of(name: str, holder_id: str, user_id: str, chain_id: str = CHAIN_ID) -> Signature:
    """The proof that whoever registers the key for this user holds it."""
    statement = possession_statement(chain_id, holder_id, user_id, key_named(name))
    return Signature(sign(seed_of(name), statement))


def given_key(
    ledger: Ledger, holder_id: str, user_id: str, name: str, *, revoked: bool = False
) -> PublicKey:
    """A key of a user, valid for good unless it is revoked."""
    row = UserKey(
        key=key_named(name),
        user_id=UserId(user_id),
        valid_from=Instant(0),
        valid_to=None,
        revoked=revoked,
    )
    ledger.given(put(KEYS, holder_id, row))
    return row.key


def given_plain_user(ledger: Ledger, holder_id: str, user_id: str) -> None:
    """A user who may only look."""
    ledger.given_user(holder_id, user_id, levels=(Level.VIEW_ONLY,), officer=False)


def user(ledger: Ledger, holder_id: str, user_id: str) -> User:
    """A user as it stands."""
    found = ledger.state.users.of(holder_id).get(user_id)
    assert found is not None
    return found


def live_keys(ledger: Ledger, holder_id: str, user_id: str) -> list[PublicKey]:
    """The keys of a user that aren't revoked, in order."""
    rows = ledger.state.keys.of(holder_id).all()
    return [row.key for row in rows if row.user_id == user_id and not row.revoked]
