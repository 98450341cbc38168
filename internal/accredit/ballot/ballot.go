// Package ballot keeps what experts find of the applications assigned to them:
// a level and a comment for every leaf, blind to each other until all are in,
// then, where they lie far apart, a joint discussion (P1.7, P1.9). What a score
// follows from leaves here as ballots of seats, never of persons.
package ballot

import (
	"time"

	"xuedu/internal/accredit"
	"xuedu/internal/accredit/score"
)

// States of an assignment that matter here; its keeper knows more.
const (
	Planned   = "planned"
	Open      = "open"
	Submitted = "submitted"
)

// Assignment is one application on the desk of one expert.
type Assignment struct {
	ID, CallID, ApplicationID string
	Application               string // anonymous number
	ExpertID                  string
	Seat                      string // E01
	State                     string
	SubmittedAt               time.Time // zero = not yet
}

// live reports whether the assignment counts.
func (a Assignment) live() bool {
	return a.State == Planned || a.State == Open || a.State == Submitted
}

// Mark is what an expert finds of a leaf.
type Mark struct {
	Leaf, Level string // Level "" = not chosen yet
	Comment     string // for the applicant, after the decision
	Private     string // notes for the expert alone
	Round       int    // 1; 2 = changed after the joint discussion
	Reason      string // round 2: why
	Version     int64  // 0 = not written yet
	Author      string // account that typed it in from paper, "" = the expert
	At          time.Time
}

// Sheet is an application as an expert judges it.
type Sheet struct {
	Assignment
	Call       accredit.Call
	Dossier    accredit.Dossier // without persons' names
	Marks      map[string]Mark  // by leaf, as they stand
	First      map[string]Mark  // of round 1, where round 2 changed a level
	Due        string           // last day, "" = none
	Missing    []Missing        // what stands against submitting
	Points     string           // of the ballot, "" as long as a level is missing
	Discussion *Discussion      // nil = none, or not for this caller yet
}

// Done counts the leaves with a level.
func (s Sheet) Done() int {
	n := 0
	for _, m := range s.Marks {
		if m.Level != "" {
			n++
		}
	}
	return n
}

// Missing is a reason why a sheet cannot be submitted.
type Missing struct {
	Leaf string
	Key  string // text key; its argument is N
	N    int    // characters a comment needs
}

// Discussion is the joint discussion of an application whose ballots lie far
// apart.
type Discussion struct {
	ID, CallID, ApplicationID string
	State                     string // DiscussionOpen, DiscussionClosed
	Spread                    string // when it was opened
	OpenedAt, ClosedAt        time.Time
	Summary                   string
	Posts                     []Post
	Others                    []Other // ballots of all seats, the caller's too
}

// States of a discussion.
const (
	DiscussionOpen   = "open"
	DiscussionClosed = "closed"
)

// Post is what a seat says in a discussion.
type Post struct {
	Seat, Text string
	Mine       bool
	At         time.Time
}

// Other is a ballot as the discussion shows it: of a seat, without a name.
type Other struct {
	Seat, Points string
	Mine         bool
	Marks        map[string]Mark // without private notes
}

// Progress is how far an assignment is, without a word of what it says.
type Progress struct {
	Assignment
	Done, Of int // leaves
}

// latest puts a ballot's rounds together: what stands now, and what stood
// before where it changed.
func latest(marks []Mark) (now, first map[string]Mark) {
	now, first = map[string]Mark{}, map[string]Mark{}
	for _, m := range marks { // round 1 comes before round 2
		if old, ok := now[m.Leaf]; ok {
			first[m.Leaf] = old
		}
		now[m.Leaf] = m
	}
	return now, first
}

// scored is the ballot that a score is made from.
func scored(a Assignment, marks []Mark) score.Ballot {
	now, first := latest(marks)
	b := score.Ballot{Application: a.Application, Expert: a.Seat, Levels: make(map[string]string, len(now))}
	for leaf, m := range now {
		if m.Level != "" {
			b.Levels[leaf] = m.Level
		}
	}
	if len(first) == 0 {
		return b
	}
	b.First, b.Reasons = make(map[string]string, len(first)), make(map[string]string, len(first))
	for leaf, m := range first {
		b.First[leaf], b.Reasons[leaf] = m.Level, now[leaf].Reason
	}
	return b
}
