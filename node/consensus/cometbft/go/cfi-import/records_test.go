package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cometbft/cometbft/types"
)

// A block of a height, encoded as CometBFT does.
func encodedBlock(t *testing.T, height int64) []byte {
	t.Helper()
	commit := &types.Commit{Height: height - 1}
	if height > 1 {
		commit.BlockID = types.BlockID{Hash: make([]byte, 32), PartSetHeader: types.PartSetHeader{
			Total: 1, Hash: make([]byte, 32)}}
		commit.Signatures = []types.CommitSig{types.NewCommitSigAbsent()}
	}
	block := types.MakeBlock(height, []types.Tx{[]byte("act")}, commit, nil)
	block.ChainID = "sim-import"
	block.ValidatorsHash = make([]byte, 32)
	block.NextValidatorsHash = make([]byte, 32)
	block.ConsensusHash = make([]byte, 32)
	block.ProposerAddress = make([]byte, 20)
	block.Time = time.Unix(1_000, 0).UTC()
	proto, err := block.ToProto()
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := proto.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func framed(height int64, encoded []byte) []byte {
	content := binary.BigEndian.AppendUint64(nil, uint64(height))
	content = binary.BigEndian.AppendUint64(content, 1_001)
	content = binary.BigEndian.AppendUint32(content, 7)
	content = append(content, encoded...)
	digest := sha256.Sum256(content)
	head := binary.BigEndian.AppendUint32([]byte(magic), uint32(len(content)))
	return append(append(head, digest[:]...), content...)
}

func TestRecordsAreReadInTheOrderOfTheFiles(t *testing.T) {
	folder := t.TempDir()
	for name, heights := range map[string][]int64{"00000001.blocks": {1, 2}, "00000002.blocks": {3}} {
		var content []byte
		for _, height := range heights {
			content = append(content, framed(height, encodedBlock(t, height))...)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blocks, err := openBlocks(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer blocks.close()
	for height := int64(1); height <= 3; height++ {
		found, err := blocks.next()
		if err != nil {
			t.Fatal(err)
		}
		if found.block.Height != height || !found.voteTime.Equal(time.Unix(1_001, 7)) {
			t.Fatalf("block %d with a vote at %v", found.block.Height, found.voteTime)
		}
		if _, err := found.parts(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := blocks.next(); !errors.Is(err, io.EOF) {
		t.Fatalf("after the last: %v", err)
	}
}

func TestABlockThatIsEncodedOtherwiseIsRefused(t *testing.T) {
	// An unknown field is read over, and not written again.
	encoded := append(encodedBlock(t, 2), 0x78, 0x01)
	found, err := readRecord(bytes.NewReader(framed(2, encoded)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := found.parts(); err == nil || !strings.Contains(err.Error(), "otherwise") {
		t.Fatalf("other bytes: %v", err)
	}
}

func TestBrokenRecordsAreRefused(t *testing.T) {
	whole := framed(2, encodedBlock(t, 2))
	changed := bytes.Clone(whole)
	changed[len(changed)-1] ^= 1
	long := bytes.Clone(whole)
	binary.BigEndian.PutUint32(long[4:8], mostRecord+1)
	cases := []struct {
		sentence, says string
		content        []byte
	}{
		{"cut off in its head", "cut off", whole[:headBytes-1]},
		{"cut off in its content", "cut off", whole[:len(whole)-1]},
		{"another byte", "digest differs", changed},
		{"another beginning", "no record begins", append([]byte("CFIX"), whole[4:]...)},
		{"longer than any", "no record begins", long},
		{"no block", "", framed(2, []byte{0xff})},
	}
	for _, each := range cases {
		_, err := readRecord(bytes.NewReader(each.content))
		if err == nil || !strings.Contains(err.Error(), each.says) {
			t.Errorf("%s: %v", each.sentence, err)
		}
	}
}
