// Package register keeps draws: frozen, drawn, never changed, open to all
// (design 4.5).
package register
