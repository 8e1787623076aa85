package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cometbft/cometbft/types"
)

const (
	magic      = "CFIB"
	headBytes  = 40
	numbers    = 20
	mostRecord = 16 * 1024 * 1024
)

// A block as it stands in the files, with the time of the vote that decided it.
type record struct {
	voteTime time.Time
	encoded  []byte
	block    *types.Block
}

// Goes through the block files of a folder in their order.
type reader struct {
	names []string
	file  *os.File
	from  *bufio.Reader
}

func openBlocks(folder string) (*reader, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.blocks"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	return &reader{names: names}, nil
}

// The next record; io.EOF after the last.
func (r *reader) next() (*record, error) {
	for {
		if r.file == nil {
			if len(r.names) == 0 {
				return nil, io.EOF
			}
			file, err := os.Open(r.names[0])
			if err != nil {
				return nil, err
			}
			r.file, r.from, r.names = file, bufio.NewReader(file), r.names[1:]
		}
		found, err := readRecord(r.from)
		if !errors.Is(err, io.EOF) {
			if err != nil {
				err = fmt.Errorf("%s: %w", filepath.Base(r.file.Name()), err)
			}
			return found, err
		}
		r.close()
	}
}

func (r *reader) close() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}

// One framed record; io.EOF where nothing is left.
func readRecord(from io.Reader) (*record, error) {
	head := make([]byte, headBytes)
	if _, err := io.ReadFull(from, head); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("a record is cut off")
		}
		return nil, err
	}
	length := binary.BigEndian.Uint32(head[4:8])
	if string(head[:4]) != magic || length <= numbers || length > mostRecord {
		return nil, errors.New("no record begins here")
	}
	content := make([]byte, length)
	if _, err := io.ReadFull(from, content); err != nil {
		return nil, errors.New("a record is cut off")
	}
	if digest := sha256.Sum256(content); !bytes.Equal(digest[:], head[8:]) {
		return nil, errors.New("a record's digest differs")
	}
	return recordOf(content)
}

func recordOf(content []byte) (*record, error) {
	seconds := int64(binary.BigEndian.Uint64(content[8:16]))
	nanos := int64(binary.BigEndian.Uint32(content[16:20]))
	found := &record{voteTime: time.Unix(seconds, nanos).UTC(), encoded: content[numbers:]}
	read := new(cmtproto.Block)
	if err := read.Unmarshal(found.encoded); err != nil {
		return nil, err
	}
	block, err := types.BlockFromProto(read)
	if err != nil {
		return nil, err
	}
	found.block = block
	return found, nil
}

// The parts of a block, if CometBFT encodes it to the very bytes that stand in the files.
func (r *record) parts() (*types.PartSet, error) {
	proto, err := r.block.ToProto()
	if err != nil {
		return nil, err
	}
	again, err := proto.Marshal()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, r.encoded) {
		return nil, errors.New("CometBFT encodes the block otherwise")
	}
	return r.block.MakePartSet(types.BlockPartSizeBytes)
}
