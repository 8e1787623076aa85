"""Proofs against a verified app hash, as outsiders use them."""

from cfi.contracts.wire.proofs import verify_membership, verify_non_membership

__all__ = ["verify_membership", "verify_non_membership"]
