#!/usr/bin/env bash
# Measures the engine and the import beside DuckDB and PostgreSQL, in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need /usr/lib/postgresql postgresql
need gcc gcc g++
dir=$(mktemp -d)
chmod 755 "$dir" # PostgreSQL does not run as root
trap 'scripts/pg.sh stop "$dir/pg"; rm -rf "$dir"' EXIT
export PG_OPTIONS_MORE="-c fsync=on -c full_page_writes=on -c shared_buffers=4GB -c work_mem=256MB -c maintenance_work_mem=1GB -c max_wal_size=8GB"
export XUEDU_BENCH_PG=$(scripts/pg.sh start "$dir/pg" "$(free_port)")
step "bench"
(cd bench && CGO_ENABLED=1 go run . --dir "$dir" --out ../docs/benchmarks.md "$@")
