// Command cometbft answers JSON cases with what CometBFT itself computes.
//
// It reads one array from standard input, each case with its kind, and writes an array of answers.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

type answer map[string]any

var kinds = map[string]func(json.RawMessage) (answer, error){
	"signed-header":  signedHeader,
	"commit":         commit,
	"block":          block,
	"results":        results,
	"consensus":      consensus,
	"median":         median,
	"vote":           vote,
	"list":           list,
	"evidence":       evidence,
	"light":          lightVerify,
	"duplicate":      duplicateVote,
	"attack":         lightClientAttack,
	"chain":          chain,
	"abci-requests":  abciRequests,
	"abci-responses": abciResponses,
}

func main() {
	var cases []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := make([]answer, len(cases))
	for i, raw := range cases {
		answers[i] = decide(raw)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func decide(raw json.RawMessage) (out answer) {
	defer func() {
		if r := recover(); r != nil {
			out = answer{"error": fmt.Sprint("panic: ", r)}
		}
	}()
	var named struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return answer{"error": err.Error()}
	}
	decider, ok := kinds[named.Kind]
	if !ok {
		return answer{"error": "unknown kind " + named.Kind}
	}
	out, err := decider(raw)
	if err != nil {
		return answer{"error": err.Error()}
	}
	return out
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
