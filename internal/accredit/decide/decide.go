// Package decide makes the result of a call: the order of the scores, the
// meeting and its votes, the sealed record, public notice, objections and the
// approval (P1.7).
package decide
