#!/usr/bin/env bash
# Static checks: form, vet, staticcheck, the portable SQL subset, generated files.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

step "gofmt"
bad=$(gofmt -l $(git ls-files '*.go'))
[ -z "$bad" ] || { echo "not formatted: $bad" >&2; exit 1; }

step "go vet"
go vet ./...
go vet -tags e2e ./e2e/...

step "staticcheck"
go tool -modfile=tools/go.mod staticcheck ./...

step "portable SQL"
if grep -nE '::|\bnow\(\)|ILIKE|= ANY' $(git ls-files '*queries.sql'); then
  echo "not in the portable subset (docs/style.md)" >&2
  exit 1
fi

step "sqlc"
for c in $(git ls-files '*sqlc.yaml'); do
  CGO_ENABLED=0 go tool -modfile=tools/go.mod sqlc diff -f "$c"
done

step "go.mod"
go mod tidy -diff

step "look"
scripts/look.sh
git diff --exit-code --stat -- internal/ui/static internal/report internal/release/paper packs || { echo "what look/ builds is not what is committed: run make generate and commit" >&2; exit 1; }
