package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	verifier "github.com/cometbft/cometbft/evidence"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
)

// A piece of evidence as CometBFT reads it, and its own bytes, JSON and hash of it and what it hands
// the application; without evidence, what it finds wrong with the form.
func told(raw json.RawMessage) (types.Evidence, answer, error) {
	var in struct {
		Evidence string `json:"evidence"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, nil, err
	}
	encoded, err := hex.DecodeString(in.Evidence)
	if err != nil {
		return nil, nil, err
	}
	read := new(cmtproto.Evidence)
	if err := read.Unmarshal(encoded); err != nil {
		return nil, nil, err
	}
	made, err := types.EvidenceFromProto(read)
	if err != nil {
		return nil, answer{"verdict": "form: " + err.Error()}, nil
	}
	out, err := shown(made)
	return made, out, err
}

func shown(made types.Evidence) (answer, error) {
	wrapped, err := types.EvidenceToProto(made)
	if err != nil {
		return nil, err
	}
	again, err := wrapped.Marshal()
	if err != nil {
		return nil, err
	}
	asJSON, err := cmtjson.Marshal(made)
	if err != nil {
		return nil, err
	}
	return answer{
		"evidence": hex.EncodeToString(again),
		"json":     string(asJSON),
		"abci":     misbehaviour(made),
		"hash":     hex.EncodeToString(types.EvidenceList{made}.Hash()),
	}, nil
}

func misbehaviour(made types.Evidence) []answer {
	listed := []answer{}
	for _, each := range made.ABCI() {
		listed = append(listed, answer{
			"type":    int32(each.Type),
			"address": hex.EncodeToString(each.Validator.Address),
			"power":   each.Validator.Power,
			"height":  each.Height,
			"time":    types.CanonicalTime(each.Time),
			"total":   each.TotalVotingPower,
		})
	}
	return listed
}

// CometBFT's verdict on two votes, by the validators and the time of a block.
func duplicateVote(raw json.RawMessage) (answer, error) {
	made, out, err := told(raw)
	if err != nil || made == nil {
		return out, err
	}
	block, err := lightBlockOf(raw, "light_block")
	if err != nil {
		return nil, err
	}
	duplicate := made.(*types.DuplicateVoteEvidence)
	out["verdict"] = text(verifier.VerifyDuplicateVote(duplicate, block.SignedHeader.ChainID, block.ValidatorSet))
	if !duplicate.Time().Equal(block.SignedHeader.Time) {
		out["verdict"] = "evidence has a different time"
	}
	return out, nil
}

// CometBFT's verdict on a conflicting block, by the common block and its own.
func lightClientAttack(raw json.RawMessage) (answer, error) {
	made, out, err := told(raw)
	if err != nil || made == nil {
		return out, err
	}
	common, err := lightBlockOf(raw, "common")
	if err != nil {
		return nil, err
	}
	ours, err := lightBlockOf(raw, "ours")
	if err != nil {
		return nil, err
	}
	attack, ok := made.(*types.LightClientAttackEvidence)
	if !ok {
		return nil, fmt.Errorf("%T", made)
	}
	out["verdict"] = text(verifier.VerifyLightClientAttack(
		attack, common.SignedHeader, ours.SignedHeader, common.ValidatorSet, time.Time{}, time.Hour))
	if !attack.Time().Equal(common.SignedHeader.Time) {
		out["verdict"] = "evidence has a different time"
	}
	return out, nil
}
