"""Anchors: a header that light clients may start from, signed by the founding officers."""

from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.wire.headers import decode_header, header_hash
from cfi.contracts.wire.officers import AnchorFile
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from cfi.genesis.officers import sign_anchor, verify_anchor
from cfi.node.ask import ask
from cfi.node.assembly import read_home_genesis
from cfi.node.home import Home

_DAY = 86_400


def make_anchor(home: Home, keys: list[bytes], days: int) -> tuple[AnchorFile, bytes]:
    """An anchor at the running ledger's newest header, and its file signed by these officers'
    seeds; raises UnreachableError, FaultError, and GenesisError where no client would take it.
    """
    status = ask(home.socket, "status")
    header = decode_header(ask(home.socket, "light_block", height=status["height"])["header"])
    anchor = AnchorFile(
        chain_id=Identifier(status["chain_id"]),
        genesis_hash=Hash(status["genesis_hash"]),
        height=Height(header.height),
        header_hash=Hash(header_hash(header)),
        time=Instant(header.time.seconds),
        period=Seconds(days * _DAY),
    )
    signed = sign_anchor(anchor, keys)
    genesis, _ = read_home_genesis(home)
    try:
        verify_anchor(signed, genesis, anchor.time)
    except GenesisError as error:
        raise GenesisError(f"no client would take this anchor: {error}") from error
    return anchor, signed
