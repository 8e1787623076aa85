package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	dbm "github.com/cometbft/cometbft-db"

	"github.com/cometbft/cometbft/consensus"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	"github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	"github.com/cometbft/cometbft/types"
)

type paths struct {
	genesis, blocks, signed, app, data string
}

// CometBFT's stores, and what applies blocks to them.
type stores struct {
	blocks   *store.BlockStore
	states   state.Store
	state    state.State
	executor *state.BlockExecutor
	app      proxy.AppConns
}

// Imports all blocks into new stores, and tells now and then where it stands, at last at the end.
func importAll(given paths, tell func(standing) error) (err error) {
	defer func() {
		// CometBFT's stores panic where the disk refuses.
		if r := recover(); r != nil {
			err = fmt.Errorf("CometBFT gave up: %v", r)
		}
	}()
	into, err := openStores(given)
	if err != nil {
		return err
	}
	defer into.close()
	blocks, err := openBlocks(given.blocks)
	if err != nil {
		return err
	}
	defer blocks.close()
	if err := into.takeAll(blocks, given.signed, tell); err != nil {
		return err
	}
	if err := beginLog(given.data, into.state.LastBlockHeight); err != nil {
		return err
	}
	return tell(into.standing())
}

// Opens new stores at genesis, with the application, which is told to begin the chain.
func openStores(given paths) (*stores, error) {
	document, err := types.GenesisDocFromFile(given.genesis)
	if err != nil {
		return nil, err
	}
	blockDB, err := dbm.NewDB("blockstore", dbm.GoLevelDBBackend, given.data)
	if err != nil {
		return nil, err
	}
	stateDB, err := dbm.NewDB("state", dbm.GoLevelDBBackend, given.data)
	if err != nil {
		return nil, err
	}
	made := &stores{
		blocks: store.NewBlockStore(blockDB),
		states: state.NewStore(stateDB, state.StoreOptions{DiscardABCIResponses: true}),
		app:    proxy.NewAppConns(proxy.NewRemoteClientCreator(given.app, "socket", true), proxy.NopMetrics()),
	}
	beginning, err := made.states.LoadFromDBOrGenesisDoc(document)
	if err != nil {
		return nil, err
	}
	if made.blocks.Height() != 0 || beginning.LastBlockHeight != 0 {
		return nil, errors.New("the stores aren't new")
	}
	if err := made.app.Start(); err != nil {
		return nil, err
	}
	handshake := consensus.NewHandshaker(made.states, beginning, made.blocks, document)
	if err := handshake.Handshake(made.app); err != nil {
		return nil, err
	}
	made.state, err = made.states.Load()
	if err != nil {
		return nil, err
	}
	made.executor = state.NewBlockExecutor(made.states, log.NewNopLogger(), made.app.Consensus(),
		&mempool.NopMempool{}, state.EmptyEvidencePool{}, made.blocks)
	return made, nil
}

// Takes each block when the one after it is there, which holds its votes.
func (s *stores) takeAll(blocks *reader, signed string, tell func(standing) error) error {
	last, err := blocks.next()
	if err != nil {
		return fmt.Errorf("no block to import: %w", err)
	}
	for {
		after, err := blocks.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := s.take(last, after.block.LastCommit); err != nil {
			return err
		}
		if s.state.LastBlockHeight%told == 0 {
			if err := tell(s.standing()); err != nil {
				return err
			}
		}
		last = after
	}
	votes, err := s.lastVotes(last, signed)
	if err != nil {
		return err
	}
	return s.take(last, votes)
}

// Checks a block and its votes, saves it, applies it.
func (s *stores) take(each *record, votes *types.Commit) error {
	height := each.block.Height
	if height != s.state.LastBlockHeight+1 {
		return fmt.Errorf("block %d stands where %d belongs", height, s.state.LastBlockHeight+1)
	}
	parts, err := each.parts()
	if err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	id := types.BlockID{Hash: each.block.Hash(), PartSetHeader: parts.Header()}
	if err := s.state.Validators.VerifyCommit(s.state.ChainID, id, height, votes); err != nil {
		return fmt.Errorf("the votes for block %d: %w", height, err)
	}
	if err := s.executor.ValidateBlock(s.state, each.block); err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	s.blocks.SaveBlock(each.block, parts, votes)
	after, err := s.executor.ApplyVerifiedBlock(s.state, id, each.block)
	if err != nil {
		return fmt.Errorf("block %d: %w", height, err)
	}
	s.state = after
	return nil
}

func (s *stores) standing() standing {
	return standing{Height: s.state.LastBlockHeight, AppHash: fmt.Sprintf("%x", s.state.AppHash)}
}

func (s *stores) close() {
	// The process ends next; what a store couldn't write, it has said already.
	_ = s.app.Stop()
	_ = s.blocks.Close()
	_ = s.states.Close()
}

// The votes for the last block, which no block holds yet: the validator that proposed it signed it
// last, and alone.
func (s *stores) lastVotes(last *record, signed string) (*types.Commit, error) {
	content, err := os.ReadFile(signed)
	if err != nil {
		return nil, err
	}
	var vote privval.FilePVLastSignState
	if err := cmtjson.Unmarshal(content, &vote); err != nil {
		return nil, err
	}
	parts, err := last.parts()
	if err != nil {
		return nil, err
	}
	votes := make([]types.CommitSig, s.state.Validators.Size())
	for i, validator := range s.state.Validators.Validators {
		votes[i] = types.NewCommitSigAbsent()
		if bytes.Equal(validator.Address, last.block.ProposerAddress) {
			votes[i] = types.CommitSig{
				BlockIDFlag:      types.BlockIDFlagCommit,
				ValidatorAddress: validator.Address,
				Timestamp:        last.voteTime,
				Signature:        vote.Signature,
			}
		}
	}
	return &types.Commit{
		Height:     vote.Height,
		Round:      vote.Round,
		BlockID:    types.BlockID{Hash: last.block.Hash(), PartSetHeader: parts.Header()},
		Signatures: votes,
	}, nil
}

// Begins CometBFT's log of votes behind the last block, where a restarted node looks for it.
func beginLog(data string, height int64) error {
	wal, err := consensus.NewWAL(filepath.Join(data, "cs.wal", "wal"))
	if err != nil {
		return err
	}
	if err := wal.Start(); err != nil {
		return err
	}
	if err := wal.WriteSync(consensus.EndHeightMessage{Height: height}); err != nil {
		return err
	}
	return wal.Stop()
}
