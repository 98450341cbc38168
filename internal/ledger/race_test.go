//go:build race

package ledger_test

// share is the part of the large tests that runs under the race detector, in
// which the database is ten times slower; scripts/test.sh runs them whole, too.
const share = 10
