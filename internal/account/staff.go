package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// OrgsOf returns the institutions in which any of the accounts holds a role,
// each once. It names no person, and so asks no permission.
func (s *Service) OrgsOf(ctx context.Context, ids []string) ([]string, error) {
	var out []string
	for part := range slices.Chunk(ids, 500) {
		marks, args := make([]string, len(part)), make([]any, len(part))
		for i, id := range part {
			marks[i], args[i] = fmt.Sprint("$", i+1), id
		}
		rows, err := s.db.Read.QueryContext(ctx, "SELECT DISTINCT org_id FROM role_grant WHERE org_id IS NOT NULL AND account_id IN ("+
			strings.Join(marks, ", ")+") ORDER BY org_id", args...)
		if err != nil {
			return nil, fmt.Errorf("find employers: %w", err)
		}
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				rows.Close()
				return nil, fmt.Errorf("find employers: %w", err)
			}
			out = append(out, id)
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("find employers: %w", err)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
