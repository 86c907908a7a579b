package policy

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Beijing is the time zone of the mainland; it has had no summer time since 1991.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// Calendar says which days are worked, by Beijing dates. The zero Calendar rests on weekends alone.
type Calendar struct {
	rest, work map[string]bool
	Version    int64
}

func parseCalendar(body string) (Calendar, error) {
	var in struct {
		Rest []string `toml:"rest"`
		Work []string `toml:"work"`
	}
	if err := strict(body, &in); err != nil {
		return Calendar{}, err
	}
	c := Calendar{rest: map[string]bool{}, work: map[string]bool{}}
	for _, l := range []struct {
		days []string
		into map[string]bool
	}{{in.Rest, c.rest}, {in.Work, c.work}} {
		for _, d := range l.days {
			if _, err := time.Parse(time.DateOnly, d); err != nil {
				return Calendar{}, fmt.Errorf("%q is no date", d)
			}
			l.into[d] = true
		}
	}
	for d := range c.rest {
		if c.work[d] {
			return Calendar{}, fmt.Errorf("%s rests and works", d)
		}
	}
	return c, nil
}

// Equal reports whether two calendars have the same days.
func (c Calendar) Equal(o Calendar) bool {
	return c.Version == o.Version && maps.Equal(c.rest, o.rest) && maps.Equal(c.work, o.work)
}

// Works reports whether the day of t is worked.
func (c Calendar) Works(t time.Time) bool {
	t = t.In(Beijing)
	day := t.Format(time.DateOnly)
	switch {
	case c.rest[day]:
		return false
	case c.work[day]:
		return true
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// AddWorkingDays is the end of the n-th working day after the day of t; of that day itself, or the next that is
// worked, where n is 0.
func (c Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	y, m, d := t.In(Beijing).Date()
	day := time.Date(y, m, d, 23, 59, 59, 0, Beijing)
	for ; n > 0; n-- {
		day = c.next(day.AddDate(0, 0, 1))
	}
	return c.next(day).UTC()
}

// WorkingDays counts the days worked after the day of from, up to and with the day of to.
func (c Calendar) WorkingDays(from, to time.Time) int {
	n := 0
	for _, d := range c.Days(from, to) {
		if d.Worked {
			n++
		}
	}
	return n
}

// Day is a day of the calendar.
type Day struct {
	Date   string // 2006-01-02
	Worked bool
}

// Days lists the days after the day of from, up to and with the day of to; at most 60.
func (c Calendar) Days(from, to time.Time) []Day {
	var out []Day
	last := to.In(Beijing).Format(time.DateOnly)
	for day := noon(from).AddDate(0, 0, 1); len(out) < 60 && day.Format(time.DateOnly) <= last; day = day.AddDate(0, 0, 1) {
		out = append(out, Day{day.Format(time.DateOnly), c.Works(day)})
	}
	return out
}

func noon(t time.Time) time.Time {
	y, m, d := t.In(Beijing).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, Beijing)
}

// next is t, or the same time on the next day that is worked. A calendar that rests for a year is taken at its word no
// longer than that.
func (c Calendar) next(t time.Time) time.Time {
	for range 366 {
		if c.Works(t) {
			break
		}
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// Review says when the desk looks at a submission before an authority does.
type Review string

// Reviews.
const (
	ReviewUnsure Review = "unsure"
	ReviewAlways Review = "always"
	ReviewNever  Review = "never"
)

// Verifying is how registrants are verified.
type Verifying struct {
	Review         Review     `toml:"review"`
	VerdictDays    int        `toml:"verdict_days"`
	DeskDays       int        `toml:"desk_days"`
	ReadingMinutes int        `toml:"reading_minutes"`
	TooNewDays     int        `toml:"too_new_days"`
	Attempts       int        `toml:"attempts"`
	RetryMinutes   []int      `toml:"retry_minutes"`
	AskHours       int        `toml:"ask_hours"`
	Providers      []Provider `toml:"provider"`
	Version        int64      `toml:"-"`
}

// Provider is an authority and what it takes.
type Provider struct {
	ID       string   `toml:"id"`
	Regions  []string `toml:"regions"`
	Types    []string `toml:"types"`
	Suffixes []string `toml:"suffixes"`
}

func parseVerifying(body string) (Verifying, error) {
	var v Verifying
	if err := strict(body, &v); err != nil {
		return v, err
	}
	switch {
	case v.Review != ReviewUnsure && v.Review != ReviewAlways && v.Review != ReviewNever:
		return v, fmt.Errorf("review is %q, want unsure, always or never", v.Review)
	case v.VerdictDays <= 0 || v.DeskDays <= 0 || v.ReadingMinutes <= 0 || v.TooNewDays <= 0:
		return v, fmt.Errorf("verdict_days, desk_days, reading_minutes and too_new_days must be above 0")
	case v.Attempts <= 0 || v.AskHours <= 0 || len(v.RetryMinutes) == 0 || slices.Min(v.RetryMinutes) <= 0:
		return v, fmt.Errorf("attempts, retry_minutes and ask_hours must be above 0")
	}
	seen := map[string]bool{}
	for _, p := range v.Providers {
		if p.ID == "" || seen[p.ID] {
			return v, fmt.Errorf("provider %q is unnamed or there twice", p.ID)
		}
		seen[p.ID] = true
	}
	return v, nil
}

// Takes reports whether the provider takes a registrant of the region with that type of document, for a template that
// is used under the suffixes.
func (p Provider) Takes(region, documentType string, suffixes []string) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	for _, s := range suffixes {
		if !in(p.Suffixes, s) {
			return false
		}
	}
	return in(p.Regions, region) && in(p.Types, documentType)
}

// Retry is the wait after the n-th failed attempt, from 1.
func (v Verifying) Retry(n int) time.Duration {
	return time.Duration(v.RetryMinutes[min(max(n, 1), len(v.RetryMinutes))-1]) * time.Minute
}
