package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
)

// abciRequests are messages as CometBFT sends them, of each kind that it sends to the ledger.
func abciRequests(json.RawMessage) (answer, error) {
	told := map[string]string{}
	for name, request := range sampleRequests() {
		var out bytes.Buffer
		if err := abci.WriteMessage(request, &out); err != nil {
			return nil, err
		}
		told[name] = hex.EncodeToString(out.Bytes())
	}
	return answer{"messages": told}, nil
}

func sampleRequests() map[string]*abci.Request {
	moment := time.Unix(1_041_379_200, 5).UTC()
	snapshot := &abci.Snapshot{
		Height: 300, Format: 1, Chunks: 2, Hash: []byte("hash"), Metadata: []byte("metadata"),
	}
	return map[string]*abci.Request{
		"echo":            abci.ToRequestEcho("hello"),
		"flush":           abci.ToRequestFlush(),
		"info":            abci.ToRequestInfo(&abci.RequestInfo{Version: "0.38.25", BlockVersion: 11, P2PVersion: 8, AbciVersion: "2.0.0"}),
		"init chain":      abci.ToRequestInitChain(sampleInitChain(moment)),
		"query":           abci.ToRequestQuery(&abci.RequestQuery{Path: "/p2p/filter/id/ab"}),
		"check":           abci.ToRequestCheckTx(&abci.RequestCheckTx{Tx: bytes.Repeat([]byte("t"), 300)}),
		"check again":     abci.ToRequestCheckTx(&abci.RequestCheckTx{Tx: []byte("t"), Type: abci.CheckTxType_Recheck}),
		"commit":          abci.ToRequestCommit(),
		"list snapshots":  abci.ToRequestListSnapshots(&abci.RequestListSnapshots{}),
		"offer snapshot":  abci.ToRequestOfferSnapshot(&abci.RequestOfferSnapshot{Snapshot: snapshot, AppHash: []byte("root")}),
		"load chunk":      abci.ToRequestLoadSnapshotChunk(&abci.RequestLoadSnapshotChunk{Height: 300, Format: 1, Chunk: 1}),
		"apply chunk":     abci.ToRequestApplySnapshotChunk(&abci.RequestApplySnapshotChunk{Index: 1, Chunk: []byte("chunk"), Sender: "peer"}),
		"prepare":         abci.ToRequestPrepareProposal(samplePrepare(moment)),
		"process":         abci.ToRequestProcessProposal(sampleProcess(moment)),
		"finalize":        abci.ToRequestFinalizeBlock(sampleFinalize(moment)),
		"finalize nought": abci.ToRequestFinalizeBlock(&abci.RequestFinalizeBlock{Height: 1, Hash: []byte("h"), Time: moment}),
	}
}

func sampleInitChain(moment time.Time) *abci.RequestInitChain {
	key := ed25519.GenPrivKeyFromSecret([]byte("validator")).PubKey()
	return &abci.RequestInitChain{
		Time:    moment,
		ChainId: "sim-1",
		ConsensusParams: &cmtproto.ConsensusParams{
			Block:   &cmtproto.BlockParams{MaxBytes: 2_097_152, MaxGas: 15_000},
			Version: &cmtproto.VersionParams{App: 1},
		},
		Validators:    []abci.ValidatorUpdate{abci.UpdateValidator(key.Bytes(), 1_000, "")},
		AppStateBytes: []byte(`"AAAA"`),
		InitialHeight: 1,
	}
}

func sampleMisbehavior(moment time.Time) []abci.Misbehavior {
	offender := abci.Validator{Address: bytes.Repeat([]byte{7}, 20), Power: 10}
	return []abci.Misbehavior{
		{Type: abci.MisbehaviorType_DUPLICATE_VOTE, Validator: offender, Height: 5, Time: moment, TotalVotingPower: 40},
		{Type: abci.MisbehaviorType_LIGHT_CLIENT_ATTACK, Validator: offender, Height: 6, Time: moment, TotalVotingPower: 40},
	}
}

func samplePrepare(moment time.Time) *abci.RequestPrepareProposal {
	vote := abci.ExtendedVoteInfo{
		Validator: abci.Validator{Address: []byte("address"), Power: 10}, BlockIdFlag: cmtproto.BlockIDFlagCommit,
	}
	return &abci.RequestPrepareProposal{
		MaxTxBytes:         2_000_000,
		Txs:                [][]byte{[]byte("one"), {}, []byte("three")},
		LocalLastCommit:    abci.ExtendedCommitInfo{Round: 1, Votes: []abci.ExtendedVoteInfo{vote}},
		Misbehavior:        sampleMisbehavior(moment),
		Height:             7,
		Time:               moment,
		NextValidatorsHash: []byte("next"),
		ProposerAddress:    []byte("proposer"),
	}
}

func sampleProcess(moment time.Time) *abci.RequestProcessProposal {
	f := sampleFinalize(moment)
	return &abci.RequestProcessProposal{
		Txs: f.Txs, ProposedLastCommit: f.DecidedLastCommit, Misbehavior: f.Misbehavior, Hash: f.Hash,
		Height: f.Height, Time: f.Time, NextValidatorsHash: f.NextValidatorsHash, ProposerAddress: f.ProposerAddress,
	}
}

func sampleFinalize(moment time.Time) *abci.RequestFinalizeBlock {
	vote := abci.VoteInfo{
		Validator: abci.Validator{Address: []byte("address"), Power: 10}, BlockIdFlag: cmtproto.BlockIDFlagNil,
	}
	return &abci.RequestFinalizeBlock{
		Txs:                [][]byte{[]byte("one"), {}, []byte("three")},
		DecidedLastCommit:  abci.CommitInfo{Round: 2, Votes: []abci.VoteInfo{vote}},
		Misbehavior:        sampleMisbehavior(moment),
		Hash:               []byte("hash"),
		Height:             7,
		Time:               moment,
		NextValidatorsHash: []byte("next"),
		ProposerAddress:    []byte("proposer"),
	}
}

// abciResponses reads messages as CometBFT does, and says what it understood.
func abciResponses(raw json.RawMessage) (answer, error) {
	var asked struct {
		Messages []string `json:"messages"`
	}
	if err := json.Unmarshal(raw, &asked); err != nil {
		return nil, err
	}
	understood, same := []string{}, []bool{}
	for _, each := range asked.Messages {
		data, err := hex.DecodeString(each)
		if err != nil {
			return nil, err
		}
		var response abci.Response
		if err := abci.ReadMessage(bytes.NewReader(data), &response); err != nil {
			return nil, err
		}
		var again bytes.Buffer
		if err := abci.WriteMessage(&response, &again); err != nil {
			return nil, err
		}
		understood = append(understood, response.String())
		same = append(same, bytes.Equal(again.Bytes(), data))
	}
	return answer{"understood": understood, "same": same}, nil
}
