// Package ledger is where learning is written down, once: persons without
// names, attendances and anonymous head-counts, append-only. It also counts
// them: the participation engine answers exact figures for every area.
package ledger
