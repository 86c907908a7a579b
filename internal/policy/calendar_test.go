package policy

import (
	"strings"
	"testing"
	"time"
)

func beijing(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

func shippedTable(t *testing.T) *Table {
	t.Helper()
	rows, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	table, err := Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// Terms of working days end with a Beijing day, pass over weekends and holidays, and count weekend days that are worked.
func TestWorkingDays(t *testing.T) {
	c := shippedTable(t).Calendar
	for _, x := range []struct {
		from string
		n    int
		last string
	}{
		{"2026-11-23 10:00", 1, "2026-11-24"},
		{"2026-11-23 00:01", 7, "2026-12-02"},  // over a weekend
		{"2026-11-27 23:59", 1, "2026-11-30"},  // a Friday
		{"2026-11-28 12:00", 0, "2026-11-30"},  // a Saturday
		{"2026-09-30 12:00", 1, "2026-10-08"},  // over the National Day
		{"2026-10-08 12:00", 2, "2026-10-10"},  // a Saturday that is worked
		{"2026-02-13 09:00", 2, "2026-02-24"},  // the 14th is worked, then the Spring Festival
		{"2026-12-31 18:00", 1, "2027-01-04"},  // New Year's Day and a weekend
		{"2026-11-24 00:30", 1, "2026-11-25"},  // still the 23rd in UTC
		{"2026-11-23 10:00", 10, "2026-12-07"}, // two weeks
	} {
		end := c.AddWorkingDays(beijing(x.from), x.n)
		if got := end.In(Beijing).Format(time.DateTime); got != x.last+" 23:59:59" {
			t.Errorf("%s and %d working days: %s, want the end of %s", x.from, x.n, got, x.last)
		}
		if c.Works(beijing(x.from)) {
			if n := c.WorkingDays(beijing(x.from), end); n != x.n {
				t.Errorf("from %s to %s: %d working days, want %d", x.from, end, n, x.n)
			}
		}
	}
	if (Calendar{}).Works(beijing("2026-10-10 12:00")) || !(Calendar{}).Works(beijing("2026-10-01 12:00")) {
		t.Error("the zero calendar rests on other days than weekends")
	}
	if days := c.Days(beijing("2026-11-27 09:00"), beijing("2026-11-30 09:00")); len(days) != 3 || days[0] != (Day{"2026-11-28", false}) || days[2] != (Day{"2026-11-30", true}) {
		t.Errorf("%v", days)
	}
}

func TestCalendarIsStrict(t *testing.T) {
	for body, want := range map[string]string{
		`rest = ["2026-13-01"]`: "no date",
		`holidays = []`:         "unknown key",
		"rest = [\"2026-01-01\"]\nwork=[\"2026-01-01\"]": "rests and works",
	} {
		if _, err := Parse([]Row{{Kind: "calendar", Version: 2, Body: body}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

// A database from before these rows were shipped runs on the shipped ones.
func TestOlderDatabasesHaveACalendar(t *testing.T) {
	rows, _ := Shipped()
	var old []Row
	for _, r := range rows {
		if r.Kind == "house" || r.Kind == "suffix" {
			old = append(old, r)
		}
	}
	table, err := Parse(old)
	if err != nil {
		t.Fatal(err)
	}
	if table.Calendar.Works(beijing("2026-10-01 12:00")) || table.Verify.VerdictDays != 7 {
		t.Errorf("%+v", table.Verify)
	}
}

func TestProviders(t *testing.T) {
	v := shippedTable(t).Verify
	if v.Review != ReviewUnsure || len(v.Providers) != 2 {
		t.Fatalf("%+v", v)
	}
	p := v.Providers[0]
	for _, x := range []struct {
		region, kind string
		suffixes     []string
		want         bool
	}{{"CN", "SFZ", nil, true}, {"HK", "TXZ", []string{"com"}, true}, {"US", "HZ", nil, false}} {
		if got := p.Takes(x.region, x.kind, x.suffixes); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
	p.Suffixes, p.Types = []string{"cn"}, []string{"SFZ"}
	if p.Takes("CN", "SFZ", []string{"cn", "com"}) || p.Takes("CN", "HZ", []string{"cn"}) || !p.Takes("CN", "SFZ", []string{"cn"}) {
		t.Error("suffixes and types are not looked at")
	}
	if v.Retry(1) != time.Minute || v.Retry(2) != 5*time.Minute || v.Retry(9) != 30*time.Minute {
		t.Error("retries")
	}
	for _, edit := range [][2]string{{`"unsure" `, `"maybe" `}, {"attempts = 4", "attempts = 0"}, {`"vsp2"`, `"vsp1"`}, {"verdict_days = 7", "verdict_days = 0"}} {
		rows, _ := Shipped()
		for i := range rows {
			if rows[i].Kind == "providers" {
				body := strings.Replace(rows[i].Body, edit[0], edit[1], 1)
				if body == rows[i].Body {
					t.Fatalf("%s is not there", edit[0])
				}
				rows[i].Body = body
			}
		}
		if _, err := Parse(rows); err == nil {
			t.Errorf("%s passes", edit[1])
		}
	}
}
