// Package e2e tries the built program as people do: in a real browser, with
// and without scripts, over HTTP, and by killing it. The tests have the build
// tag e2e and need XUEDU_BIN, the program; scripts/test.sh sets it.
package e2e
