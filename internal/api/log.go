package api

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
)

type logIn struct {
	Subject string `json:"subject,omitempty" maxLength:"255" doc:"A name, order number or template id."`
	Kind    string `json:"kind,omitempty" maxLength:"81" doc:"A kind of event (domain.registered), or all of a group (domain.)."`
	Actor   string `json:"actor,omitempty" maxLength:"254" doc:"Who did it: an e-mail address, an API key's id, system, registry."`
	Since   string `json:"since,omitempty" maxLength:"35" doc:"From this time on: RFC 3339, or a day in UTC+8."`
	Until   string `json:"until,omitempty" maxLength:"35" doc:"Before this time: RFC 3339, or before the end of a day in UTC+8."`
	Before  int64  `json:"before,omitempty" minimum:"0" doc:"Only what stands behind the event of this id."`
	Limit   *int   `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"50 when left out."`
}

// LogEventsOut is a page of the operation log.
type LogEventsOut struct {
	Events []EventOut `json:"events"`
	Next   int64      `json:"next,omitempty" doc:"The value of before for the next page; left out at the end."`
}

// EventOut is one line of the operation log.
type EventOut struct {
	ID        int64             `json:"id"`
	At        string            `json:"at"`
	Subject   string            `json:"subject"`
	Kind      string            `json:"kind"`
	Actor     string            `json:"actor" doc:"Addresses of other people are masked."`
	IP        string            `json:"ip"`
	Via       string            `json:"via"`
	Result    string            `json:"result" doc:"ok, doing, or a fault code"`
	Facts     map[string]string `json:"facts"`
	Seq       int64             `json:"seq,omitempty" doc:"Place in the chain of hashes; left out until it is sealed."`
	ChainHash string            `json:"chain_hash,omitempty" doc:"SHA-256 over the hash before it, seq and id (8 bytes each, big-endian), and the SHA-256 of the event's words."`
}

// logExportIn is logIn for a file.
type logExportIn struct {
	Subject string `json:"subject,omitempty" maxLength:"255" doc:"A name, order number or template id."`
	Kind    string `json:"kind,omitempty" maxLength:"81" doc:"A kind of event (domain.registered), or all of a group (domain.)."`
	Actor   string `json:"actor,omitempty" maxLength:"254" doc:"Who did it: an e-mail address, an API key's id, system, registry."`
	Since   string `json:"since,omitempty" maxLength:"35" doc:"From this time on: RFC 3339, or a day in UTC+8."`
	Until   string `json:"until,omitempty" maxLength:"35" doc:"Before this time: RFC 3339, or before the end of a day in UTC+8."`
	Before  int64  `json:"before,omitempty" minimum:"0" doc:"Only what stands behind the event of this id."`
}

// filter reads the times; what can't be one is refused.
func (in logExportIn) filter() (ops.LogFilter, error) {
	f := ops.LogFilter{Subject: subject(in.Subject), Kind: in.Kind, Actor: in.Actor, Before: in.Before}
	var err error
	if f.Since, err = instant("since", in.Since, 0); err != nil {
		return f, err
	}
	f.Until, err = instant("until", in.Until, 1)
	return f, err
}

// instant reads a time, or a day in UTC+8, and then the beginning of the day that is so many days later.
func instant(field, typed string, days int) (time.Time, error) {
	if typed == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, typed, shanghai); err == nil {
		return t.AddDate(0, 0, days), nil
	}
	t, err := time.Parse(time.RFC3339Nano, typed)
	if err != nil {
		return t, outside(field, "RFC 3339 | 2006-01-02")
	}
	return t, nil
}

func listLog(ctx context.Context, a *API, c caller, in *logIn) (*LogEventsOut, error) {
	f, err := logExportIn{in.Subject, in.Kind, in.Actor, in.Since, in.Until, in.Before}.filter()
	if err != nil {
		return nil, err
	}
	if f.Limit = 50; in.Limit != nil {
		f.Limit = *in.Limit
	}
	list, err := a.Ops.LogLines(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &LogEventsOut{Events: []EventOut{}}
	for _, l := range list {
		out.Events = append(out.Events, EventOut{int64(l.ID), utc(l.At), l.Subject, l.Kind, l.Actor, l.IP, l.Via, l.Result, facts(l.Facts), l.Seq, hex.EncodeToString(l.ChainHash)})
	}
	if len(list) == f.Limit {
		out.Next = int64(list[f.Limit-1].ID)
	}
	return out, nil
}

// logLinesMost is how many lines one answer of ExportLog has at most.
const logLinesMost = 20_000

// LogExportOut is the operation log as a file.
type LogExportOut struct {
	FileName string `json:"file_name"`
	CSV      string `json:"csv" doc:"UTF-8 with a byte order mark, RFC 4180. A cell that a spreadsheet would calculate begins with an apostrophe."`
	Next     int64  `json:"next,omitempty" doc:"The value of before for the rest; left out at the end."`
}

func exportLog(ctx context.Context, a *API, c caller, in *logExportIn) (*LogExportOut, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	var body strings.Builder
	next, err := a.Ops.ExportLog(ctx, c.scope, f, &body, logLinesMost)
	if err != nil {
		return nil, err
	}
	return &LogExportOut{"log-" + a.Ops.Now().In(shanghai).Format("20060102") + ".csv", body.String(), next}, nil
}
