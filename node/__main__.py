"""`python -m cfi.node`: the `cfi` command."""

from cfi.node.main import main

main()
