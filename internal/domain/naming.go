package domain

import "time"

// WordList is a list of words that names are held against.
type WordList struct {
	Name     string
	Category string   // restricted, or a kind of policy: naming.Categories
	Doubtful bool     // people look at what meets it; else it is refused
	Suffixes []string // that it is for; none: every
	Source   string
	Dated    string    // 2006-01-02, as its source dates it
	Size     int       // entries
	Version  int64     // of all lists, when this one was loaded
	LoadedAt time.Time // business time
	LoadedBy string
	Entries  []WordEntry // where they were asked for
}

// WordEntry is one word of a list.
type WordEntry struct {
	Word   string
	Where  string // contains, exact, prefix, suffix, word; "": contains
	Note   string
	Except []string // labels that may bear it: its rightful holders'
}

// NamingReviewID numbers reviews of names.
type NamingReviewID int64

// NamingReviewKind says what people look at a name for.
type NamingReviewKind string

// Kinds of reviews.
const (
	ReviewDoubt  NamingReviewKind = "doubt"  // a list is in doubt, and a create waits for the answer
	ReviewAppeal NamingReviewKind = "appeal" // a list refuses the name, and its buyer says why he may have it
	ReviewAudit  NamingReviewKind = "audit"  // the registry's audit refused it, and its owner says why he may have it
)

// NamingReviewState is where a review stands.
type NamingReviewState string

// States of a review.
const (
	ReviewOpen      NamingReviewState = "open"
	ReviewGranted   NamingReviewState = "granted" // the account may have the name; an audit's was passed on to the registry
	ReviewRejected  NamingReviewState = "rejected"
	ReviewWithdrawn NamingReviewState = "withdrawn" // its owner took it back, or what it was about is over
)

// NamingReview is people's look at a name.
type NamingReview struct {
	ID        NamingReviewID
	Account   AccountID
	Name      Name
	Kind      NamingReviewKind
	State     NamingReviewState
	Code      string            // what the name was refused or doubted for
	Facts     map[string]string // evidence of Code, with the version of the lists
	Statement string            // the owner's words
	Item      ItemID            // that waits for it; 0: none
	OpenedAt  time.Time         // business time
	DecidedAt time.Time         // business time; zero: open
	DecidedBy string
	Note      string // the reviewer's words to the owner
}
