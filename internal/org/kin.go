package org

import "context"

// All returns the whole register, of every state, for who relates institutions
// to each other.
func (s *Service) All(ctx context.Context) ([]Org, error) {
	r, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	return append([]Org(nil), r.list...), nil
}
