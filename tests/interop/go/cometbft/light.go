package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	"github.com/cometbft/cometbft/types"
)

var oneThird = cmtmath.Fraction{Numerator: 1, Denominator: 3}

type lightBlock struct {
	SignedHeader     *types.SignedHeader `json:"signed_header"`
	ValidatorSet     *types.ValidatorSet `json:"validator_set"`
	NextValidatorSet *types.ValidatorSet `json:"next_validator_set"`
}

func lightBlockOf(raw json.RawMessage, name string) (*lightBlock, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	block := new(lightBlock)
	if err := cmtjson.Unmarshal(fields[name], block); err != nil {
		return nil, err
	}
	return block, nil
}

// The verdict of CometBFT's light client on one header by another.
func lightVerify(raw json.RawMessage) (answer, error) {
	var in struct {
		Now            time.Time `json:"now"`
		TrustingPeriod int64     `json:"trusting_period"`
		ClockDrift     int64     `json:"clock_drift"`
		TrustLevel     [2]uint64 `json:"trust_level"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	trusted, err := lightBlockOf(raw, "trusted")
	if err != nil {
		return nil, err
	}
	untrusted, err := lightBlockOf(raw, "untrusted")
	if err != nil {
		return nil, err
	}
	trustedSet := trusted.ValidatorSet
	if next := trusted.NextValidatorSet; next != nil &&
		bytes.Equal(next.Hash(), trusted.SignedHeader.NextValidatorsHash) {
		trustedSet = next
	}
	err = light.Verify(trusted.SignedHeader, trustedSet, untrusted.SignedHeader, untrusted.ValidatorSet,
		time.Duration(in.TrustingPeriod), in.Now, time.Duration(in.ClockDrift),
		cmtmath.Fraction{Numerator: in.TrustLevel[0], Denominator: in.TrustLevel[1]})
	return answer{"verdict": verdict(err), "reason": text(err)}, nil
}

func verdict(err error) string {
	var notEnough light.ErrNewValSetCantBeTrusted
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &notEnough):
		return "not-enough-trust"
	default:
		return "invalid"
	}
}
