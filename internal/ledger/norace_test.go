//go:build !race

package ledger_test

const share = 1
