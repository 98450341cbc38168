// Package award keeps the public register of awards and what happens to them
// for years: guidance, yearly checks, warning, re-evaluation, revocation
// (P1.3, P1.6, P1.7).
package award
