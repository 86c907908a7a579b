package naming

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Formats of reputation feeds.
const (
	FeedHosts = "hosts" // hosts(5): an address, then names
	FeedPlain = "plain" // a name a line
	FeedRPZ   = "rpz"   // a response policy zone in master file form (draft-vixie-dnsop-dns-rpz)
	FeedCSV   = "csv"   // a header line that names the columns
)

// FeedFormats lists them.
var FeedFormats = []string{FeedHosts, FeedPlain, FeedRPZ, FeedCSV}

// maxReason is how much of a feed's reason is kept, in characters.
const maxReason = 120

// ParseFeed reads a reputation feed: an entry for each registrable name, in the feed's order. Suffixes (wire or display form) are
// those under which names are registered; under others the last two labels are taken for the name. Lines that list
// no name (addresses, single labels, triggers of other kinds) are counted as skipped. A line that the format doesn't
// allow is "feed.malformed" with its number, and more than most entries are "feed.too-large".
func ParseFeed(format string, body []byte, suffixes []string, most int) (entries []domain.FeedEntry, skipped int, err error) {
	if !utf8.Valid(body) {
		return nil, 0, feedFault(format, "encoding", 0)
	}
	f := &feed{format: format, known: knownSuffixes(suffixes), at: map[domain.Name]int{}, most: most}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	switch format {
	case FeedHosts:
		err = f.lines(body, f.hosts)
	case FeedPlain:
		err = f.lines(body, f.plain)
	case FeedRPZ:
		z := &zone{feed: f}
		if err = f.lines(body, z.line); err == nil && z.open {
			err = feedFault(format, "parenthesis", z.began)
		}
	case FeedCSV:
		err = f.csv(body)
	default:
		err = feedFault(format, "format", 0)
	}
	if err == nil && len(f.entries) == 0 {
		err = feedFault(format, "empty", 0)
	}
	if err != nil {
		return nil, 0, err
	}
	return f.entries, f.skipped, nil
}

func feedFault(format, rule string, line int) error {
	return fault.New(fault.Invalid, "feed.malformed", "format", format, "rule", rule, "line", strconv.Itoa(line))
}

func knownSuffixes(suffixes []string) map[string]bool {
	known := make(map[string]bool, 2*len(suffixes))
	for _, s := range suffixes {
		known[s] = true
		if a, b := parse("x."+s, chineseLabel); b == nil {
			known[strings.TrimPrefix(a, "x.")] = true
		}
	}
	return known
}

type feed struct {
	format  string
	known   map[string]bool
	entries []domain.FeedEntry
	at      map[domain.Name]int // place in entries
	skipped int
	most    int
}

func (f *feed) lines(body []byte, read func(text string, line int) error) error {
	for line := 1; len(body) > 0; line++ {
		raw, rest, _ := bytes.Cut(body, []byte("\n"))
		body = rest
		if err := read(strings.TrimSuffix(string(raw), "\r"), line); err != nil {
			return err
		}
	}
	return nil
}

// add takes an entry in. Of several hosts under one name the name itself is kept, else the first.
func (f *feed) add(host, since, reason string) error {
	host = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(host, "*."), "."), ".")
	name, ok := f.registrable(host)
	if !ok {
		f.skipped++
		return nil
	}
	if r := []rune(reason); len(r) > maxReason {
		reason = string(r[:maxReason])
	}
	e := domain.FeedEntry{Name: name, Host: strings.ToLower(host), Since: since, Reason: reason}
	if i, twice := f.at[name]; twice {
		if e.Host == string(name) && f.entries[i].Host != e.Host {
			f.entries[i] = e
		}
		return nil
	}
	if len(f.entries) == f.most {
		return fault.New(fault.Invalid, "feed.too-large", "limit", strconv.Itoa(f.most))
	}
	f.at[name] = len(f.entries)
	f.entries = append(f.entries, e)
	return nil
}

// registrable is the name that a host is, or is below.
func (f *feed) registrable(host string) (domain.Name, bool) {
	if _, err := netip.ParseAddr(host); err == nil {
		return "", false
	}
	labels := strings.Split(strings.Map(fold, host), ".")
	if len(labels) < 2 {
		return "", false
	}
	short := labels[len(labels)-2:]
	for i := 1; i < len(labels); i++ { // the longest known suffix first
		if s := strings.Join(labels[i:], "."); f.known[s] {
			short = labels[i-1:]
			break
		}
	}
	text := strings.Join(short, ".")
	if f.known[text] {
		return "", false // a suffix is nobody's name
	}
	name, b := parse(text, chineseLabel)
	return domain.Name(name), b == nil
}

func (f *feed) hosts(text string, line int) error {
	text, _, _ = strings.Cut(text, "#")
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return nil
	}
	address, _, _ := strings.Cut(fields[0], "%") // fe80::1%lo0
	if _, err := netip.ParseAddr(address); err != nil {
		return feedFault(f.format, "address", line)
	}
	if len(fields) == 1 {
		return feedFault(f.format, "no-name", line)
	}
	for _, h := range fields[1:] {
		if err := f.add(h, "", ""); err != nil {
			return err
		}
	}
	return nil
}

func (f *feed) plain(text string, line int) error {
	text, _, _ = strings.Cut(text, "#")
	text = strings.TrimSpace(text)
	switch {
	case text == "" || text[0] == '!' || text[0] == ';':
		return nil
	case strings.ContainsAny(text, " \t,"):
		return feedFault(f.format, "one-name", line)
	}
	return f.add(host(text), "", "")
}

// zone reads a response policy zone: triggers are owner names relative to the zone's.
type zone struct {
	*feed
	origin string // with dots around, lower case; "": not told
	owner  string
	open   bool // within parentheses
	began  int
}

func (z *zone) line(text string, line int) error {
	if i := strings.IndexByte(text, ';'); i >= 0 {
		text = text[:i]
	}
	if z.open {
		z.open = !strings.Contains(text, ")")
		return nil
	}
	fields := strings.Fields(text)
	switch {
	case len(fields) == 0:
		return nil
	case strings.EqualFold(fields[0], "$ORIGIN"):
		if len(fields) < 2 {
			return feedFault(z.format, "origin", line)
		}
		z.origin = "." + strings.Trim(strings.ToLower(fields[1]), ".") + "."
		return nil
	case fields[0][0] == '$':
		return nil // $TTL
	}
	if text[0] != ' ' && text[0] != '\t' {
		z.owner, fields = strings.ToLower(fields[0]), fields[1:]
	}
	for len(fields) > 0 && (strings.EqualFold(fields[0], "IN") || timeToLive(fields[0])) {
		fields = fields[1:]
	}
	if len(fields) < 2 || z.owner == "" {
		return feedFault(z.format, "record", line)
	}
	if strings.Contains(text, "(") && !strings.Contains(text, ")") {
		z.open, z.began = true, line
	}
	switch kind := strings.ToUpper(fields[0]); kind {
	case "SOA":
		if strings.HasSuffix(z.owner, ".") && z.origin == "" {
			z.origin = "." + z.owner
		}
		return nil
	case "NS":
		return nil
	case "CNAME":
		switch target := strings.ToLower(fields[1]); {
		case target == "rpz-passthru." || target+"." == z.owner: // an exception, now and in the first draft
			z.skipped++
			return nil
		}
	case "A", "AAAA", "TXT", "MX", "SRV", "PTR", "NAPTR", "HTTPS", "SVCB", "DNAME": // local data: a page that says no
	default:
		return feedFault(z.format, "record", line)
	}
	trigger := z.owner
	if strings.HasSuffix(trigger, ".") {
		if z.origin == "" || !strings.HasSuffix("."+trigger, z.origin) {
			return feedFault(z.format, "outside", line)
		}
		trigger = strings.TrimSuffix("."+trigger, z.origin)
	}
	for _, other := range []string{"rpz-ip", "rpz-client-ip", "rpz-nsip", "rpz-nsdname"} {
		if strings.HasSuffix(trigger, "."+other) {
			z.skipped++
			return nil
		}
	}
	return z.add(trigger, "", "")
}

// timeToLive reads 300 and 2h30m (RFC 2308 section 4 and BIND's units).
func timeToLive(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Trim(strings.ToLower(s), "0123456789smhdw") == ""
}

// Names of columns, by what they hold.
var feedColumns = map[string][]string{
	"name":   {"domain", "name", "host", "hostname", "fqdn", "url", "域名", "网址"},
	"since":  {"since", "date", "dateadded", "date_added", "first_seen", "firstseen", "added", "日期", "时间"},
	"reason": {"reason", "category", "threat", "type", "tags", "comment", "原因", "类别"},
}

func (f *feed) csv(body []byte) error {
	r := csv.NewReader(bytes.NewReader(body))
	r.Comment, r.TrimLeadingSpace, r.ReuseRecord = '#', true, true
	header, err := r.Read()
	if err != nil {
		return feedFault(f.format, "header", 1)
	}
	column := map[string]int{}
	for what, names := range feedColumns {
		column[what] = slices.IndexFunc(header, func(h string) bool {
			return slices.Contains(names, strings.ToLower(strings.TrimSpace(h)))
		})
	}
	if column["name"] < 0 {
		return feedFault(f.format, "column", 1)
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			var p *csv.ParseError
			if errors.As(err, &p) {
				return feedFault(f.format, "record", p.Line)
			}
			return feedFault(f.format, "record", 0)
		}
		line, _ := r.FieldPos(0)
		cell := func(what string) string {
			if column[what] < 0 {
				return ""
			}
			return strings.TrimSpace(record[column[what]])
		}
		since, ok := feedDate(cell("since"))
		if !ok {
			return feedFault(f.format, "date", line)
		}
		if cell("name") == "" {
			return feedFault(f.format, "no-name", line)
		}
		if err := f.add(host(cell("name")), since, cell("reason")); err != nil {
			return err
		}
	}
}

func feedDate(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	for _, layout := range []string{time.DateOnly, time.DateTime, time.RFC3339, "2006/01/02", "2006-01-02 15:04:05 UTC"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Format(time.DateOnly), true
		}
	}
	return "", false
}
