package account_test

import (
	"strings"
	"testing"
	"time"

	"xuedu/internal/account"
	"xuedu/internal/pack"
)

func TestRuleCheck(t *testing.T) {
	rule := account.Rule{MinLength: 8, Classes: 3}
	for _, tt := range []struct{ login, password, want string }{
		{"chen", "Xinmi-2026", ""},
		{"chen", "新密码二〇二六Ab1", ""},
		{"chen", "Xm-2026", "account.password.too_short"},
		{"chen", "xinmi2026", "account.password.classes"},
		{"chen", "My-Chen-2026", "account.password.has_login"},
		{"chen", "P@ssw0rd", "account.password.common"},
		{"chen", "Aa1Aa1Aa1", "account.password.common"},
		{"chen", strings.Repeat("Ab1-", 65), "account.password.too_long"},
		{"chen", "Ab1-\xff\xfe\xfd\xfc\xfb", "account.password.too_long"},
		{"l", "Lxinmi-2026", ""},
	} {
		if err := rule.Check(tt.login, tt.password); key(err) != tt.want {
			t.Errorf("Check(%q, %q) = %v, want %q", tt.login, tt.password, err, tt.want)
		}
	}
}

func TestGeneratedPasswordMeetsEveryRule(t *testing.T) {
	p := account.DefaultPolicy()
	seen := map[string]bool{}
	for range 1000 {
		g := account.Generate()
		for role, r := range p.Roles {
			if err := r.Check("li.jing", g); err != nil {
				t.Fatalf("%s: %q: %v", role, g, err)
			}
		}
		if seen[g] {
			t.Fatalf("%q twice in a thousand", g)
		}
		seen[g] = true
	}
}

func TestStrictestRuleHolds(t *testing.T) {
	p := account.DefaultPolicy()
	p.Roles = map[string]account.Rule{
		"a": {MinLength: 8, MaxAge: 0, Idle: time.Hour, Session: 8 * time.Hour},
		"b": {MinLength: 6, Classes: 4, MaxAge: time.Hour, Idle: time.Minute, Session: 9 * time.Hour},
	}
	want := account.Rule{MinLength: 8, Classes: 4, MaxAge: time.Hour, Idle: time.Minute, Session: 8 * time.Hour}
	for _, g := range [][]account.Grant{{{Role: "a"}, {Role: "b"}}, {{Role: "b"}, {Role: "a"}}} {
		if got := p.For(g); got != want {
			t.Errorf("For(%v) = %+v, want %+v", g, got, want)
		}
	}
}

func TestPolicyOfPack(t *testing.T) {
	ten, zero, two := 10, 0, 2
	p := account.PolicyOf(&pack.Security{
		LockAfter: &ten,
		Default:   pack.SecurityRule{MaxAgeDays: &zero},
		Roles:     map[string]*pack.SecurityRule{account.RoleTeacher: {MinLength: &ten}, account.RoleAuditor: {IdleMinutes: &two}, account.RoleStreet: nil},
	}, account.HashParams{Memory: 64, Time: 1, Threads: 1})
	d := account.DefaultPolicy()
	teacher, auditor := p.For([]account.Grant{{Role: account.RoleTeacher}}), p.For([]account.Grant{{Role: account.RoleAuditor}})
	if p.LockAfter != 10 || p.LockFor != d.LockFor || p.Hash.Memory != 64 {
		t.Errorf("policy %+v", p)
	}
	if teacher.MinLength != 10 || teacher.MaxAge != 0 || teacher.Classes != d.Default.Classes {
		t.Errorf("teacher %+v", teacher)
	}
	if auditor.Idle != 2*time.Minute || auditor.MinLength != 12 {
		t.Errorf("auditor %+v", auditor)
	}
	if err := p.Check(); err != nil {
		t.Errorf("Check = %v", err)
	}
	if d.Roles[account.RoleAuditor].Idle != 15*time.Minute {
		t.Error("the default was changed")
	}
	if err := account.PolicyOf(&pack.Security{LockAfter: &zero}, d.Hash).Check(); err == nil {
		t.Error("a lock after no failure passes")
	}
	if p := account.PolicyOf(nil, d.Hash); p.LockAfter != d.LockAfter {
		t.Errorf("without a section: %+v", p)
	}
}

func FuzzParseHashParams(f *testing.F) {
	for _, s := range []string{"m=47104,t=1,p=1", "m=8,t=1,p=1", "m=1,t=1,p=1", "m=47104,t=1", "m=-1,t=1,p=1", "m=99999999999,t=1,p=1", "m=64,t=1,p=0", "m=064,t=1,p=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := account.ParseHashParams(s)
		if err == nil && (p.String() != s || p.Memory > 1<<20 || p.Threads == 0) {
			t.Errorf("ParseHashParams(%q) = %+v", s, p)
		}
	})
}
