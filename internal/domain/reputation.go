package domain

import "time"

// Kinds of reputation feeds, by what an entry means for the next holder.
const (
	FeedComplaints = "complaints" // somebody complained about the name
	FeedBlocks     = "blocks"     // browsers, messengers or networks block the name
)

// Feed is a list of names with a bad past, as its keeper publishes it.
type Feed struct {
	Name     string // ours for it
	Kind     string
	Source   string // who keeps it
	Appeal   string // web page or address where the keeper hears appeals; "": unknown
	Format   string // as it was read
	Dated    string // 2006-01-02, as its source dates it
	Size     int    // names
	Skipped  int    // lines that list no name
	LoadedAt time.Time
	LoadedBy string
	Edition  int64 // of its entries; grows with each load
}

// FeedEntry is what a feed says of one name.
type FeedEntry struct {
	Name   Name   // the registrable name that the host is, or is below
	Host   string // as listed
	Since  string // 2006-01-02; "": the feed doesn't say
	Reason string // in the feed's words; "": it doesn't say
}

// FeedHit is an entry that meets a name, with the feed that has it.
type FeedHit struct {
	Entry FeedEntry
	Feed  Feed
}

// HeldTenure is an earlier registration here that was held.
type HeldTenure struct {
	Name         Name
	RegisteredAt time.Time
	EndedAt      time.Time
	Code         string // of the case
	HeldAt       time.Time
}

// RiskConsent is a buyer's word that a name's past is known to them.
type RiskConsent struct {
	Account  AccountID
	Name     Name
	Evidence string // digest of what was shown; another past asks again
	Facts    map[string]string
	At       time.Time
	Actor    string
	Via      string
}

// AppealState is how far an appeal has come.
type AppealState string

// States of an appeal.
const (
	AppealOpen    AppealState = "open"
	AppealGranted AppealState = "granted" // the entry is not held against the name any more
	AppealRefused AppealState = "refused"
)

// RiskAppeal asks that an entry of a feed is not held against a name.
type RiskAppeal struct {
	ID        int64
	Account   AccountID
	Name      Name
	Feed      string
	Reason    string // the asker's words
	State     AppealState
	Note      string // the desk's words
	MadeAt    time.Time
	DecidedAt time.Time
	DecidedBy string
}
