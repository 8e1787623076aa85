"""Requests for private data are signed with a user's key.  (RFC 9421, RFC 9530; ours)

The signature covers, in this order and always all of them: the method, the authority that is asked
(host and port of the URL), the path, the query, the body's digest, the node that is asked, and the
parameters (when, a nonce, the key). Which parts are covered isn't taken from the request: a
signature over other parts is no signature of ours. The authority keeps a server that is asked from
passing the request on to another; the node keeps it from counting once at each node of one name.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.signatures import verify

HOST_HEADER: Final = "Host"
"""The authority that is asked."""
NODE_HEADER: Final = "CFI-Node"
"""The node that is asked, by its admission key in hex."""
DIGEST_HEADER: Final = "Content-Digest"
INPUT_HEADER: Final = "Signature-Input"
SIGNATURE_HEADER: Final = "Signature"

_COVERED: Final = '("@method" "@authority" "@path" "@query" "content-digest" "cfi-node")'
_INPUT: Final = re.compile(
    re.escape(f"cfi={_COVERED}")
    + r';created=([1-9][0-9]{0,11});nonce="([0-9a-f]{32})";keyid="([0-9a-f]{64})";alg="ed25519"'
)
_SIGNATURE: Final = re.compile(r"cfi=:([A-Za-z0-9+/]{86}==):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom a request is for."""

    authority: str
    """Host and port of the URL that is asked, in lower case, without the port that is usual for its
    scheme.  (RFC 9421, 2.2.3)
    """
    node: str
    """The node's admission key in hex."""


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
    key: SigningKey,
    method: str,
    target: str,
    body: bytes,
    *,
    to: Addressee,
    created: int,
    nonce: bytes,
) -> dict[str, str]:
    """The headers that sign a request; `target` is path and query as they are sent, the nonce 16
    bytes.
    """
    unsigned = RequestSignature(
        created=created,
        nonce=nonce,
        public_key=key.public_key,
        node=to.node,
        digest=content_digest(body),
        signature=b"",
    )
    signature = key.sign(signature_base(unsigned, method, to.authority, target))
    return {
        HOST_HEADER: to.authority,
        NODE_HEADER: to.node,
        DIGEST_HEADER: unsigned.digest,
        INPUT_HEADER: f"cfi={_parameters(unsigned)}",
        SIGNATURE_HEADER: f"cfi=:{b64encode(signature).decode()}:",
    }


def read_request_signature(headers: Mapping[str, str]) -> RequestSignature:
    """What a request's headers say; raises RequestSignatureError."""
    told = _INPUT.fullmatch(headers.get(INPUT_HEADER, ""))
    signed = _SIGNATURE.fullmatch(headers.get(SIGNATURE_HEADER, ""))
    if told is None or signed is None:
        raise RequestSignatureError("no signature over all that it has to cover")
    created, nonce, key = told.groups()
    return RequestSignature(
        created=int(created),
        nonce=bytes.fromhex(nonce),
        public_key=bytes.fromhex(key),
        node=headers.get(NODE_HEADER, ""),
        digest=headers.get(DIGEST_HEADER, ""),
        signature=b64decode(signed.group(1)),
    )


def signs(
    signature: RequestSignature, method: str, authority: str, target: str, body: bytes
) -> bool:
    """Whether the key that is named signed this very request to this authority."""
    if signature.digest != content_digest(body):
        return False
    base = signature_base(signature, method, authority, target)
    return verify(signature.public_key, base, signature.signature)


def signature_base(told: RequestSignature, method: str, authority: str, target: str) -> bytes:
    """What is signed: each covered part on its line, and the parameters.  (RFC 9421, 2.5)"""
    path, _, query = target.partition("?")
    lines = (
        f'"@method": {method}',
        f'"@authority": {authority}',
        f'"@path": {path}',
        f'"@query": ?{query}',
        f'"content-digest": {told.digest}',
        f'"cfi-node": {told.node}',
        f'"@signature-params": {_parameters(told)}',
    )
    return "\n".join(lines).encode()


def _parameters(told: RequestSignature) -> str:
    return (
        f'{_COVERED};created={told.created};nonce="{told.nonce.hex()}"'
        f';keyid="{told.public_key.hex()}";alg="ed25519"'
    )
