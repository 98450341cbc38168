// Package attach keeps files by the SHA-256 of their content, with limits and
// a hook for a virus scanner.
package attach
