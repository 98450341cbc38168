// Package panel seats the experts of a call: drawn from the pool, assigned to
// applications without conflict, replaced when one turns up; and keeps their
// marks, sealed from each other until all are in (P1.7, P1.9).
package panel
