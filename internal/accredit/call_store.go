package accredit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"xuedu/internal/accredit/internal/gen"
	"xuedu/internal/errs"
	"xuedu/internal/pack"
)

// readCall reads a row. Of a draft the rules are those of the pack in force with
// the authorisation that the office recorded, and the timeline is the plan.
func (s *Service) readCall(r gen.AwardCall) (Call, error) {
	c := Call{ID: r.ID, Code: r.Code, Programme: r.Programme, Kind: r.Kind, State: r.State, Since: r.Since.UTC(), Due: r.Due,
		Places: int(r.Places), Period: r.Period, Digest: r.Digest, Opens: r.Opens, CreatedBy: r.CreatedBy}
	if r.OpenedAt.Valid {
		c.OpenedAt = r.OpenedAt.Time.UTC()
	}
	err := json.Unmarshal([]byte(r.Title), &c.Title)
	if err != nil {
		return Call{}, fmt.Errorf("title of call %s: %w", r.Code, err)
	}
	if r.Digest == "" {
		return s.drafted(c, r.Authorisation)
	}
	if c.Rules, err = s.frozenRules(r.Digest, r.Rules); err == nil {
		err = json.Unmarshal([]byte(r.Timeline), &c.Timeline)
	}
	if err != nil {
		return Call{}, fmt.Errorf("rules of call %s: %w", r.Code, err)
	}
	return c, nil
}

// drafted completes a draft with the rules of the pack in force.
func (s *Service) drafted(c Call, authorisation string) (Call, error) {
	p, ok := s.Pack().AwardProgramme(c.Programme)
	if !ok { // the pack no longer has it: the draft is there, but cannot open
		p = pack.AwardProgramme{Code: c.Programme, Name: c.Title}
	}
	if authorisation != "" {
		p.Authorisation = pack.Authorisation{}
		if err := json.Unmarshal([]byte(authorisation), &p.Authorisation); err != nil {
			return Call{}, fmt.Errorf("authorisation of call %s: %w", c.Code, err)
		}
	}
	c.Rules = s.rulesOf(p, c.Kind)
	c.Timeline = s.timeline(p, c.Opens)
	return c, nil
}

// frozenRules reads frozen rules once; they never change. It fails where they
// are not what was published.
func (s *Service) frozenRules(digest, text string) (Rules, error) {
	if r, ok := s.frozen.Load(digest); ok {
		return r.(Rules), nil
	}
	if DigestOf([]byte(text)) != digest {
		return Rules{}, errs.New(errs.Unavailable, "accredit.rules_changed")
	}
	var r Rules
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Rules{}, err
	}
	s.frozen.Store(digest, r)
	return r, nil
}

// DigestOf is the SHA-256 of frozen rules, in hex.
func DigestOf(rules []byte) string {
	sum := sha256.Sum256(rules)
	return hex.EncodeToString(sum[:])
}

func storeAuthorisation(a pack.Authorisation) (string, error) {
	if !a.Known() {
		return "", nil
	}
	b, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("write authorisation: %w", err)
	}
	return string(b), nil
}
