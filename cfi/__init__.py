"""cfi-ledger: a permissioned ledger for an emissions-trading programme."""
