package naming_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

var sold = []string{"com", "cn", "com.cn", "中国"}

func TestFeedsAreRead(t *testing.T) {
	type entries = []domain.FeedEntry
	for _, c := range []struct {
		name, format, body string
		want               entries
		skipped            int
	}{
		{"hosts", naming.FeedHosts, "# phishing\n127.0.0.1 localhost\r\n0.0.0.0 bad.com www.worse.com.cn # two\n::1 茶.中国\nfe80::1%lo0 localhost\n0.0.0.0 10.0.0.1\n",
			entries{{Name: "bad.com", Host: "bad.com"}, {Name: "worse.com.cn", Host: "www.worse.com.cn"}, {Name: "xn--cl1a.xn--fiqs8s", Host: "茶.中国"}}, 3},
		{"a list", naming.FeedPlain, "\ufeff! comment\nBAD.com\n\nhttps://shop.bad.com/login?x\n*.evil.cn\n; other\nevil.cn\ncom.cn\n",
			entries{{Name: "bad.com", Host: "bad.com"}, {Name: "evil.cn", Host: "evil.cn"}}, 1},
		{"the name goes before hosts below it", naming.FeedPlain, "a.bad.com\nbad.com\nb.bad.com\n", entries{{Name: "bad.com", Host: "bad.com"}}, 0},
		{"a suffix that is not sold", naming.FeedPlain, "a.b.example\n", entries{{Name: "b.example", Host: "a.b.example"}}, 0},
		{"a response policy zone", naming.FeedRPZ, `$TTL 2h
@ IN SOA ns.rpz.example. host.rpz.example. (
   1 3600 ; serial
   600 86400 300 )
  IN NS ns.rpz.example.
bad.com        IN CNAME .
*.bad.com 300  IN CNAME .
worse.cn 1h CNAME *.
good.com CNAME rpz-passthru.
32.1.0.0.10.rpz-ip CNAME .
warned.com.cn IN A 192.0.2.1
	IN AAAA 2001:db8::1
`, entries{{Name: "bad.com", Host: "bad.com"}, {Name: "worse.cn", Host: "worse.cn"}, {Name: "warned.com.cn", Host: "warned.com.cn"}}, 2},
		{"the same as a transfer writes it", naming.FeedRPZ, "rpz.example. 60 IN SOA a. b. 1 2 3 4 5\nbad.com.rpz.example. 60 IN CNAME .\nrpz.example. 60 IN SOA a. b. 1 2 3 4 5\n",
			entries{{Name: "bad.com", Host: "bad.com"}}, 0},
		{"columns", naming.FeedCSV, "# made today\nid,dateadded,URL,threat\n1,2024-03-02 10:11:12,\"http://x.bad.com/a,b\",phishing\n2,,worse.cn,\n",
			entries{{Name: "bad.com", Host: "x.bad.com", Since: "2024-03-02", Reason: "phishing"}, {Name: "worse.cn", Host: "worse.cn"}}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, skipped, err := naming.ParseFeed(c.format, []byte(c.body), sold, 10)
			if err != nil || skipped != c.skipped || !cmp.Equal(got, c.want) {
				t.Errorf("skipped %d, want %d; %v\n%s", skipped, c.skipped, err, cmp.Diff(c.want, got))
			}
		})
	}
}

func TestFeedsAreRefusedWhole(t *testing.T) {
	for _, c := range []struct{ name, format, body, rule, line string }{
		{"hosts without an address", naming.FeedHosts, "0.0.0.0 a.com\nbad.com\n", "address", "2"},
		{"hosts without a name", naming.FeedHosts, "0.0.0.0\n", "no-name", "1"},
		{"two names a line", naming.FeedPlain, "a.com b.com\n", "one-name", "1"},
		{"not text", naming.FeedPlain, "a\xff.com\n", "encoding", "0"},
		{"nothing listed", naming.FeedPlain, "# none\nlocalhost\n", "empty", "0"},
		{"a record of no type", naming.FeedRPZ, "bad.com IN .\n", "record", "1"},
		{"an owner outside the zone", naming.FeedRPZ, "$ORIGIN rpz.example.\nbad.com.other. CNAME .\n", "outside", "2"},
		{"a parenthesis without end", naming.FeedRPZ, "a.com CNAME .\n@ SOA a. b. ( 1 2\n3 4 5\n", "parenthesis", "2"},
		{"no header", naming.FeedCSV, "", "header", "1"},
		{"no column of names", naming.FeedCSV, "id,reason\n1,x\n", "column", "1"},
		{"a short line", naming.FeedCSV, "domain,reason\na.com,x\nb.com\n", "record", "3"},
		{"not a date", naming.FeedCSV, "domain,since\na.com,yesterday\n", "date", "2"},
		{"an empty name", naming.FeedCSV, "domain,since\n,2024-01-01\n", "no-name", "2"},
		{"a format of no kind", "xml", "a.com\n", "format", "0"},
	} {
		_, _, err := naming.ParseFeed(c.format, []byte(c.body), sold, 10)
		f := fault.Of(err)
		if err == nil || f.Code != "feed.malformed" || f.Facts["rule"] != c.rule || f.Facts["line"] != c.line {
			t.Errorf("%s: %v %v", c.name, err, f)
		}
	}
	_, _, err := naming.ParseFeed(naming.FeedPlain, []byte("a.com\nb.com\nc.com\n"), sold, 2)
	if f := fault.Of(err); err == nil || f.Code != "feed.too-large" || f.Facts["limit"] != "2" {
		t.Errorf("too many: %v", err)
	}
}

func FuzzParseFeed(f *testing.F) {
	f.Add("rpz", "$ORIGIN rpz.example.\n@ SOA a. b. (1\n2 3 4 5)\nbad.com CNAME .\n")
	f.Add("hosts", "0.0.0.0 a.com\n")
	f.Add("csv", "domain,since\na.com,2024-01-01\n")
	f.Add("plain", "*.a.com\n")
	f.Fuzz(func(t *testing.T, format, body string) {
		entries, _, err := naming.ParseFeed(format, []byte(body), sold, 1000)
		if (err == nil) != (len(entries) > 0) {
			t.Fatalf("%d entries and %v", len(entries), err)
		}
		for _, e := range entries {
			if n, err := naming.Parse(string(e.Name)); err != nil || n != e.Name || strings.ContainsAny(e.Host, " \n") {
				t.Fatalf("%+v: %v", e, err)
			}
		}
	})
}
