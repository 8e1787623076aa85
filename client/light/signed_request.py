"""Requests for private data are signed with a user's key.  (RFC 9421, RFC 9530; ours)

The signature covers, in this order and always all of them: the method, the path, the query, the
body's digest, the node that is asked, and the parameters (when, a nonce, the key). Nothing of what
is covered is taken from the request: a signature over other parts is no signature of ours.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.signatures import verify

NODE_HEADER: Final = "CFI-Node"
"""The node that is asked, by its admission key in hex."""
DIGEST_HEADER: Final = "Content-Digest"
INPUT_HEADER: Final = "Signature-Input"
SIGNATURE_HEADER: Final = "Signature"

_COVERED: Final = '("@method" "@path" "@query" "content-digest" "cfi-node")'
_INPUT: Final = re.compile(
    re.escape(f"cfi={_COVERED}")
    + r';created=([1-9][0-9]{0,11});nonce="([0-9a-f]{32})";keyid="([0-9a-f]{64})";alg="ed25519"'
)
_SIGNATURE: Final = re.compile(r"cfi=:([A-Za-z0-9+/]{86}==):")


class RequestSignatureError(ValueError):
    """The request carries no signature of our form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSignature:
    """What a request's headers say of its signature; nothing is verified yet."""

    created: int
    """Seconds since 1970."""
    nonce: bytes
    public_key: bytes
    node: str
    digest: str
    signature: bytes


def content_digest(body: bytes) -> str:
    """The body's digest as RFC 9530 writes it."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def sign_request(
    key: SigningKey, method: str, target: str, body: bytes, *, node: str, created: int, nonce: bytes
) -> dict[str, str]:
    """The headers that sign a request; `target` is path and query as they are sent, the nonce 16
    bytes.
    """
    unsigned = RequestSignature(
        created=created,
        nonce=nonce,
        public_key=key.public_key,
        node=node,
        digest=content_digest(body),
        signature=b"",
    )
    signature = key.sign(_signature_base(unsigned, method, target))
    return {
        NODE_HEADER: node,
        DIGEST_HEADER: unsigned.digest,
        INPUT_HEADER: f"cfi={_parameters(unsigned)}",
        SIGNATURE_HEADER: f"cfi=:{b64encode(signature).decode()}:",
    }


def read_request_signature(headers: Mapping[str, str]) -> RequestSignature:
    """What a request's headers say; raises RequestSignatureError."""
    told = _INPUT.fullmatch(headers.get(INPUT_HEADER, ""))
    signed = _SIGNATURE.fullmatch(headers.get(SIGNATURE_HEADER, ""))
    if told is None or signed is None:
        raise RequestSignatureError("no signature over method, path, query, digest and node")
    created, nonce, key = told.groups()
    return RequestSignature(
        created=int(created),
        nonce=bytes.fromhex(nonce),
        public_key=bytes.fromhex(key),
        node=headers.get(NODE_HEADER, ""),
        digest=headers.get(DIGEST_HEADER, ""),
        signature=b64decode(signed.group(1)),
    )


def signs(signature: RequestSignature, method: str, target: str, body: bytes) -> bool:
    """Whether the key that is named signed this very request."""
    if signature.digest != content_digest(body):
        return False
    base = _signature_base(signature, method, target)
    return verify(signature.public_key, base, signature.signature)


def _parameters(told: RequestSignature) -> str:
    return (
        f'{_COVERED};created={told.created};nonce="{told.nonce.hex()}"'
        f';keyid="{told.public_key.hex()}";alg="ed25519"'
    )


def _signature_base(told: RequestSignature, method: str, target: str) -> bytes:
    """RFC 9421, 2.5: each covered part on its line, and the parameters."""
    path, _, query = target.partition("?")
    lines = (
        f'"@method": {method}',
        f'"@path": {path}',
        f'"@query": ?{query}',
        f'"content-digest": {told.digest}',
        f'"cfi-node": {told.node}',
        f'"@signature-params": {_parameters(told)}',
    )
    return "\n".join(lines).encode()
