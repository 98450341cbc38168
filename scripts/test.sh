#!/usr/bin/env bash
# Every check and test. Installs what is missing, starts servers of its own on
# loopback, leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
export CI=${CI:-true}

step "tools"
command -v go >/dev/null || { echo "Go 1.26 or newer is needed: install it first." >&2; exit 1; }
command -v npm >/dev/null || { echo "Node and npm are needed: install them first." >&2; exit 1; }
need python3 python3 python3-venv
need gcc gcc libc6-dev
need /usr/lib/postgresql postgresql
need chromium chromium
need soffice libreoffice-calc-nogui
need /usr/lib/libreoffice/program/libswlo.so libreoffice-writer-nogui
need pdftotext poppler-utils
need glpsol glpk-utils
need zbarimg zbar-tools
need /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk

work=$(mktemp -d)
chmod 755 "$work"
trap 'scripts/pg.sh stop "$work/pg"; rm -rf "$work"' EXIT

step "packages for tests"
mkdir -p .cache
(cd e2e && npm ci --no-audit --no-fund --silent)
python3 -c 'import ensurepip' 2>/dev/null || need /nonexistent python3-venv
[ -x .cache/venv/bin/pip ] || python3 -m venv .cache/venv
.cache/venv/bin/pip install --quiet --disable-pip-version-check -r e2e/requirements.txt

step "static checks"
scripts/check.sh

step "PostgreSQL"
export XUEDU_TEST_PG=$(scripts/pg.sh start "$work/pg" "$(free_port)")

step "tests, with the race detector, on both databases"
go test -race -shuffle=on -timeout 20m ./...

step "the ledger's oracle at full size"
go test -count=1 -timeout 10m ./internal/ledger

step "the whole program in a browser, and its API"
go build -o "$work/xuedu" ./cmd/xuedu
XUEDU_BIN=$work/xuedu go test -tags e2e -count=1 -timeout 15m -v ./e2e/... | grep -E '^(=== RUN|\s*--- |ok|FAIL|PASS|panic|\s+[a-z_0-9]+\.go:)'

step "done"
