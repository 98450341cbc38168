package org_test

import (
	"net/url"
	"strings"
	"testing"

	"xuedu/internal/org"
)

// A code that is accepted stands in an address as it is.
func FuzzInput(f *testing.F) {
	for _, s := range []string{"a", "..", "a/b", "new", "甲", "a b", "QH-1_2.x", "%2e", strings.Repeat("x", 65)} {
		f.Add(s, "云桥学习坊")
	}
	f.Fuzz(func(t *testing.T, code, name string) {
		code = strings.TrimSpace(code)
		if org.Clean(org.Input{Code: code, Name: name, Type: "t", Area: "a"}) != nil {
			return
		}
		if code == "" || url.PathEscape(code) != code || code == "." || code == ".." || strings.TrimSpace(name) == "" {
			t.Errorf("accepted code %q, name %q", code, name)
		}
	})
}
