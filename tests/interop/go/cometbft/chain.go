package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	abcicli "github.com/cometbft/cometbft/abci/client"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/merkle"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/mempool"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/proxy"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/types"
)

type chainValidator struct {
	Key   []byte `json:"key"`
	Power int64  `json:"power"`
}

// What the application answered to one decided block.
type decided struct {
	Block      string           `json:"block"`
	Results    [][]byte         `json:"results"`
	AppHash    []byte           `json:"app_hash"`
	Updates    []chainValidator `json:"updates"`
	AppVersion uint64           `json:"app_version"`
}

// An application that answers what it is told to.
type recorded struct {
	abci.BaseApplication
	answers []decided
	handed  []int
}

func (app *recorded) FinalizeBlock(_ context.Context, asked *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	told := app.answers[asked.Height-1]
	app.handed = append(app.handed, len(asked.Misbehavior))
	out := &abci.ResponseFinalizeBlock{AppHash: told.AppHash}
	for _, each := range told.Results {
		result := new(abci.ExecTxResult)
		if err := result.Unmarshal(each); err != nil {
			return nil, err
		}
		out.TxResults = append(out.TxResults, result)
	}
	for _, each := range told.Updates {
		out.ValidatorUpdates = append(out.ValidatorUpdates, abci.Ed25519ValidatorUpdate(each.Key, each.Power))
	}
	if told.AppVersion != 0 {
		out.ConsensusParamUpdates = &cmtproto.ConsensusParams{Version: &cmtproto.VersionParams{App: told.AppVersion}}
	}
	return out, nil
}

// A whole chain, each block validated and applied by CometBFT as if it had decided it.
func chain(raw json.RawMessage) (answer, error) {
	var in struct {
		ChainID    string           `json:"chain_id"`
		Time       time.Time        `json:"time"`
		AppHash    []byte           `json:"app_hash"`
		MaxBytes   int64            `json:"max_bytes"`
		MaxGas     int64            `json:"max_gas"`
		Validators []chainValidator `json:"validators"`
		Blocks     []decided        `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	params := types.DefaultConsensusParams()
	params.Block.MaxBytes, params.Block.MaxGas, params.Version.App = in.MaxBytes, in.MaxGas, 1
	doc := &types.GenesisDoc{
		ChainID: in.ChainID, GenesisTime: in.Time, InitialHeight: 1, ConsensusParams: params, AppHash: in.AppHash,
	}
	for _, each := range in.Validators {
		key := ed25519.PubKey(each.Key)
		doc.Validators = append(doc.Validators, types.GenesisValidator{Address: key.Address(), PubKey: key, Power: each.Power})
	}
	now, err := state.MakeGenesisState(doc)
	if err != nil {
		return nil, err
	}
	now.Version.Consensus.App = params.Version.App
	now.LastResultsHash = merkle.HashFromByteSlices(nil) // as after InitChain
	return applied(now, in.Blocks)
}

func applied(now state.State, blocks []decided) (answer, error) {
	app := &recorded{answers: blocks}
	store := state.NewStore(dbm.NewMemDB(), state.StoreOptions{})
	if err := store.Save(now); err != nil {
		return nil, err
	}
	conn := proxy.NewAppConnConsensus(abcicli.NewLocalClient(nil, app), proxy.NopMetrics())
	executor := state.NewBlockExecutor(
		store, log.NewNopLogger(), conn, &mempool.NopMempool{}, state.EmptyEvidencePool{}, nil)
	sets := []string{}
	for at, each := range blocks {
		block, err := blockOf(each.Block)
		if err != nil {
			return nil, err
		}
		parts, err := block.MakePartSet(types.BlockPartSizeBytes)
		if err != nil {
			return nil, err
		}
		id := types.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
		if now, err = executor.ApplyBlock(now, id, block); err != nil {
			return nil, fmt.Errorf("block %d: %w", at+1, err)
		}
		sets = append(sets, hex.EncodeToString(now.NextValidators.Hash()))
	}
	return answer{"next_validators": sets, "misbehaviour": app.handed, "app_version": now.Version.Consensus.App}, nil
}

func blockOf(encoded string) (*types.Block, error) {
	raw, err := hex.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	read := new(cmtproto.Block)
	if err := read.Unmarshal(raw); err != nil {
		return nil, err
	}
	return types.BlockFromProto(read)
}
