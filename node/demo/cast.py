"""Who plays: keys and seeds of a simulation, made from its name so that it can be repeated."""

from dataclasses import dataclass
from hashlib import sha256

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.possession import possession_statement
from cfi.contracts.wire.schema import PublicKey, Seed, Signature


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors of one simulated chain. Never used outside chains whose name begins with sim-."""

    chain_id: str

    def seed(self, *names: str) -> Seed:
        """32 bytes for a name."""
        return Seed(sha256(" ".join(("cfi-demo", self.chain_id, *names)).encode()).digest())

    def key(self, holder_id: str, user_id: str) -> SigningKey:
        """A user's key."""
        return SigningKey(self.seed("key", holder_id, user_id))

    def public_key(self, holder_id: str, user_id: str) -> PublicKey:
        """A user's public key."""
        return PublicKey(self.key(holder_id, user_id).public_key)

    def possession(self, holder_id: str, user_id: str) -> Signature:
        """A key's proof of possession."""
        key = self.key(holder_id, user_id)
        public_key = PublicKey(key.public_key)
        statement = possession_statement(self.chain_id, holder_id, user_id, public_key)
        return Signature(key.sign(statement))

    def officer(self, number: int) -> SigningKey:
        """An officer of the Exchange, by number from 1."""
        return self.key("exchange", f"officer-{number}")

    def administrator(self, holder_id: str) -> SigningKey:
        """A holder's administrator."""
        return self.key(holder_id, "administrator")

    def officer_of(self, holder_id: str) -> SigningKey:
        """A holder's officer, who trades and signs."""
        return self.key(holder_id, "officer")
