// Command cfi-import puts the blocks of an embedded engine into CometBFT's stores, so that CometBFT
// goes on with the chain at the next height.
//
// CometBFT's own code saves and applies each block, against the application at a socket: every hash in
// every header and every vote is checked as a node would that catches up.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

// Heights between two lines of progress.
const told = 100

// A line on standard output: the last one says where the chain stands.
type standing struct {
	Height  int64  `json:"height"`
	AppHash string `json:"app_hash"`
}

func main() {
	var given paths
	flag.StringVar(&given.genesis, "genesis", "", "CometBFT's genesis.json")
	flag.StringVar(&given.blocks, "blocks", "", "the folder of the block files")
	flag.StringVar(&given.signed, "signed", "", "the file that says what the validator signed last")
	flag.StringVar(&given.app, "app", "", "the application's socket, at its genesis")
	flag.StringVar(&given.data, "data", "", "the folder in which the stores are made")
	flag.Parse()
	if err := importAll(given, say); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func say(now standing) error {
	return json.NewEncoder(os.Stdout).Encode(now)
}
