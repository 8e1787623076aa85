package main

import (
	"encoding/hex"
	"encoding/json"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/merkle"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/types"
)

// The hashes, encodings and sign bytes of a light block, and the faults CometBFT finds in its parts.
func signedHeader(raw json.RawMessage) (answer, error) {
	block, err := lightBlockOf(raw, "light_block")
	if err != nil {
		return nil, err
	}
	header, commit := block.SignedHeader.Header, block.SignedHeader.Commit
	headerBytes, err := header.ToProto().Marshal()
	if err != nil {
		return nil, err
	}
	commitBytes, err := commit.ToProto().Marshal()
	if err != nil {
		return nil, err
	}
	signBytes := make([]string, len(commit.Signatures))
	for i := range commit.Signatures {
		signBytes[i] = hex.EncodeToString(commit.VoteSignBytes(header.ChainID, int32(i)))
	}
	again, err := cmtjson.Marshal(block)
	if err != nil {
		return nil, err
	}
	return answer{
		"header":          hex.EncodeToString(headerBytes),
		"header_hash":     hex.EncodeToString(header.Hash()),
		"header_fault":    text(header.ValidateBasic()),
		"commit":          hex.EncodeToString(commitBytes),
		"commit_hash":     hex.EncodeToString(commit.Hash()),
		"commit_fault":    text(commit.ValidateBasic()),
		"validators_hash": hex.EncodeToString(block.ValidatorSet.Hash()),
		"sign_bytes":      signBytes,
		"json":            string(again),
	}, nil
}

// Whether the commit of a light block is good, by each of CometBFT's three rules.
func commit(raw json.RawMessage) (answer, error) {
	block, err := lightBlockOf(raw, "light_block")
	if err != nil {
		return nil, err
	}
	header, commit := block.SignedHeader.Header, block.SignedHeader.Commit
	id := commit.BlockID
	return answer{
		"all":      text(block.ValidatorSet.VerifyCommit(header.ChainID, id, header.Height, commit)),
		"light":    text(block.ValidatorSet.VerifyCommitLight(header.ChainID, id, header.Height, commit)),
		"trusting": text(block.ValidatorSet.VerifyCommitLightTrusting(header.ChainID, commit, oneThird)),
	}, nil
}

// What CometBFT reads in an encoded block, and how it would write it.
func block(raw json.RawMessage) (answer, error) {
	var in struct {
		Block string `json:"block"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	block, err := decodeBlock(in.Block)
	if err != nil {
		return nil, err
	}
	written, err := block.ToProto()
	if err != nil {
		return nil, err
	}
	again, err := written.Marshal()
	if err != nil {
		return nil, err
	}
	parts, err := block.MakePartSet(types.BlockPartSizeBytes)
	if err != nil {
		return nil, err
	}
	return answer{
		"block":         hex.EncodeToString(again),
		"header_hash":   hex.EncodeToString(block.Hash()),
		"data_hash":     hex.EncodeToString(block.Data.Hash()),
		"evidence_hash": hex.EncodeToString(block.Evidence.Hash()),
		"commit_hash":   hex.EncodeToString(block.LastCommit.Hash()),
		"parts_total":   parts.Header().Total,
		"parts_root":    hex.EncodeToString(parts.Header().Hash),
	}, nil
}

func decodeBlock(text string) (*types.Block, error) {
	encoded, err := hex.DecodeString(text)
	if err != nil {
		return nil, err
	}
	read := new(cmtproto.Block)
	if err := read.Unmarshal(encoded); err != nil {
		return nil, err
	}
	return types.BlockFromProto(read)
}

func results(raw json.RawMessage) (answer, error) {
	var in struct {
		Results []struct {
			Code      uint32 `json:"code"`
			Data      []byte `json:"data"`
			GasWanted int64  `json:"gas_wanted"`
			GasUsed   int64  `json:"gas_used"`
		} `json:"results"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	all := make([]*abci.ExecTxResult, len(in.Results))
	for i, each := range in.Results {
		all[i] = &abci.ExecTxResult{
			Code: each.Code, Data: each.Data, GasWanted: each.GasWanted, GasUsed: each.GasUsed,
			Log: "not hashed", Codespace: "not hashed",
		}
	}
	return answer{"hash": hex.EncodeToString(types.NewResults(all).Hash())}, nil
}

func consensus(raw json.RawMessage) (answer, error) {
	var in struct {
		MaxBytes int64 `json:"max_bytes"`
		MaxGas   int64 `json:"max_gas"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	params := types.DefaultConsensusParams()
	params.Block.MaxBytes, params.Block.MaxGas = in.MaxBytes, in.MaxGas
	return answer{"hash": hex.EncodeToString(params.Hash())}, nil
}

func median(raw json.RawMessage) (answer, error) {
	block, err := lightBlockOf(raw, "light_block")
	if err != nil {
		return nil, err
	}
	time, err := state.MedianTime(block.SignedHeader.Commit, block.ValidatorSet)
	if err != nil {
		return nil, err
	}
	return answer{"time": types.CanonicalTime(time)}, nil
}

// Whether CometBFT's Ed25519 accepts a signature.
func vote(raw json.RawMessage) (answer, error) {
	var in struct {
		Key       []byte `json:"key"`
		Message   []byte `json:"message"`
		Signature []byte `json:"signature"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	return answer{"good": ed25519.PubKey(in.Key).VerifySignature(in.Message, in.Signature)}, nil
}

func list(raw json.RawMessage) (answer, error) {
	var in struct {
		Items [][]byte `json:"items"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	root, proofs := merkle.ProofsFromByteSlices(in.Items)
	aunts := make([][]string, len(proofs))
	for i, proof := range proofs {
		aunts[i] = []string{}
		for _, aunt := range proof.Aunts {
			aunts[i] = append(aunts[i], hex.EncodeToString(aunt))
		}
	}
	return answer{"root": hex.EncodeToString(root), "aunts": aunts}, nil
}

// A piece of evidence made by CometBFT, in its envelope, and the hash over it and itself again.
func evidence(raw json.RawMessage) (answer, error) {
	block, err := lightBlockOf(raw, "light_block")
	if err != nil {
		return nil, err
	}
	commit := block.SignedHeader.Commit
	first, second := commit.GetVote(0), commit.GetVote(0)
	second.BlockID.Hash = append([]byte{}, second.BlockID.Hash...)
	second.BlockID.Hash[0] ^= 1
	made, err := types.NewDuplicateVoteEvidence(first, second, block.SignedHeader.Time, block.ValidatorSet)
	if err != nil {
		return nil, err
	}
	wrapped, err := types.EvidenceToProto(made)
	if err != nil {
		return nil, err
	}
	encoded, err := wrapped.Marshal()
	if err != nil {
		return nil, err
	}
	return answer{
		"evidence": hex.EncodeToString(encoded),
		"hash":     hex.EncodeToString(types.EvidenceList{made, made}.Hash()),
	}, nil
}
