// Command ics23 answers, for each JSON case on standard input, whether cosmos/ics23 accepts the proof under SmtSpec.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	ics23 "github.com/cosmos/ics23/go"
)

// proofCase is a claim; without a value it claims that the key is absent.
type proofCase struct {
	Root  string  `json:"root"`
	Key   string  `json:"key"`
	Value *string `json:"value"`
	Proof string  `json:"proof"`
}

func unhex(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

// accepted treats a panic inside the verifier, which some malformed proofs cause, as a refusal.
func accepted(claim proofCase) (verdict bool) {
	root, key, bytes := unhex(claim.Root), unhex(claim.Key), unhex(claim.Proof)
	defer func() {
		if recover() != nil {
			verdict = false
		}
	}()
	proof := new(ics23.CommitmentProof)
	if proof.Unmarshal(bytes) != nil {
		return false
	}
	if claim.Value == nil {
		return ics23.VerifyNonMembership(ics23.SmtSpec, root, proof, key)
	}
	return ics23.VerifyMembership(ics23.SmtSpec, root, proof, key, unhex(*claim.Value))
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var claim proofCase
		if err := json.Unmarshal(lines.Bytes(), &claim); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(accepted(claim))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
