#!/usr/bin/env bash
# Makes every committed generated file again.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

step "sqlc"
for c in $(git ls-files '*sqlc.yaml'); do
  CGO_ENABLED=0 go tool -modfile=tools/go.mod sqlc generate -f "$c"
done
step "style sheet and scripts"
scripts/look.sh
step "documents and goldens made by tests"
go test ./internal/app ./internal/plan ./internal/chart -update
