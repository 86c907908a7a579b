package api

import (
	"bytes"
	"context"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// exportMost bounds the pictures of one answer.
const exportMost = 64 << 20

// ExportOut is an archive of a person's data.
type ExportOut struct {
	FileName string `json:"file_name"`
	Content  string `json:"content" doc:"ZIP, base64"`
}

func exportData(ctx context.Context, a *API, c caller, _ *empty) (*ExportOut, error) {
	var b bytes.Buffer
	if err := a.Ops.ExportData(ctx, c.scope, &b, exportMost); err != nil {
		return nil, err
	}
	return &ExportOut{FileName: "data-" + day(a.Ops.Now()) + ".zip", Content: encodeBase64(b.Bytes())}, nil
}

type eraseIn struct {
	Confirm string `json:"confirm" enum:"erase" doc:"The word erase: it can't be undone."`
}

// ErasureOut is what was erased, and what was left.
type ErasureOut struct {
	Templates int       `json:"templates"`
	Documents int       `json:"documents"`
	Reaches   int       `json:"reaches"`
	Kept      []KeptOut `json:"kept"`
}

// KeptOut is something that an erasure left, and why.
type KeptOut struct {
	What   string `json:"what"`
	Reason string `json:"reason" doc:"A fault's code."`
	Title  string `json:"title"`
	Names  int    `json:"names" doc:"That rest on it."`
}

func eraseData(ctx context.Context, a *API, c caller, _ *eraseIn) (*ErasureOut, error) {
	e, err := a.Ops.EraseData(ctx, c.scope)
	if err != nil {
		return nil, err
	}
	out := &ErasureOut{Templates: e.Templates, Documents: e.Documents, Reaches: e.Reaches, Kept: []KeptOut{}}
	for _, k := range e.Kept {
		out.Kept = append(out.Kept, KeptOut{k.What, k.Reason, diagnose.Text(c.lang, fault.Code(k.Reason), nil).Title, k.Names})
	}
	return out, nil
}
