package api

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func sendPhoneEmailCode(ctx context.Context, a *API, c caller, in *sendCodeIn) (*empty, error) {
	return &empty{}, a.Ops.SendPhoneEmailCode(ctx, c.scope, domain.ReachType(in.Type), in.Code)
}

func createPhoneEmail(ctx context.Context, a *API, c caller, in *createReachIn) (*empty, error) {
	_, err := a.Ops.CreatePhoneEmail(ctx, c.scope, domain.ReachType(in.Type), in.Code, in.VerifyCode)
	return &empty{}, err
}

func deletePhoneEmail(ctx context.Context, a *API, c caller, in *sendCodeIn) (*empty, error) {
	return &empty{}, a.Ops.DeletePhoneEmail(ctx, c.scope, domain.ReachType(in.Type), in.Code)
}

func describePhoneEmailList(ctx context.Context, a *API, c caller, in *reachListIn) (*ReachListOut, error) {
	list, total, err := a.Ops.PhoneEmails(ctx, c.scope, ops.ReachFilter{Page: page(in.Offset, in.Limit), Type: domain.ReachType(in.Type), Code: strings.ToLower(strings.TrimSpace(in.Code))})
	if err != nil {
		return nil, err
	}
	out := &ReachListOut{PhoneEmailList: []PhoneEmail{}, TotalCount: int64(total)}
	for _, r := range list {
		out.PhoneEmailList = append(out.PhoneEmailList, PhoneEmail{Code: r.Code, Type: int64(r.Type), CreatedOn: stamp(r.VerifiedAt), CheckStatus: 1})
	}
	return out, nil
}

// decodeBase64 takes what clients send: standard or URL alphabet, padded or not, with line ends.
func decodeBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.NewReplacer("\r", "", "\n", "", "-", "+", "_", "/").Replace(strings.TrimSpace(text)), "=")
	raw, err := base64.RawStdEncoding.DecodeString(text)
	return raw, err == nil
}

func encodeBase64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }
