package console

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func (f *fake) LogLines(_ context.Context, s domain.Scope, filter ops.LogFilter) ([]ops.LogLine, error) {
	f.logged = filter
	if filter.Subject == "nothing" {
		return nil, nil
	}
	var out []ops.LogLine
	for i, e := range f.events {
		out = append(out, ops.LogLine{Event: e, Seq: int64(len(f.events) - i), Erased: i == 2})
	}
	return out, f.call("LogLines", s)
}

func (f *fake) ExportLog(_ context.Context, s domain.Scope, filter ops.LogFilter, w io.Writer, most int) (int64, error) {
	f.logged = filter
	if err := f.call("ExportLog", s); err != nil {
		return 0, err
	}
	_, err := fmt.Fprintf(w, "up to %d of %s\n", most, filter.Subject)
	return 0, err
}

func (f *fake) LogChain(_ context.Context, s domain.Scope) (ops.LogChain, error) {
	return ops.LogChain{Sealed: 18234, Open: f.unsealed, Head: strings.Repeat("9c41", 16), SealedAt: today}, f.call("LogChain", s)
}
