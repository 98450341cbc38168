package award

// Finding is something that speaks against an award.
type Finding struct {
	Kind   string `json:"kind"`   // red, complaint, objection
	Code   string `json:"code"`   // of the indicator or the case
	Text   string `json:"text"`   // what it says: 12.3 %, at least 15 %
	Source string `json:"source"` // where to read it, a path of the program
}

// Kinds of finding.
const (
	FindingRed       = "red"
	FindingComplaint = "complaint"
	FindingObjection = "objection"
)
