#!/usr/bin/env bash
# Measures the program beside its peers, in one run: databases, solvers and
# small programs that answer the same.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

need /usr/lib/postgresql postgresql
need gcc gcc g++
if [[ $* != *--part* || $* == *awards* ]]; then # peers of calls and awards
  command -v node >/dev/null || { echo "Node is needed: install it first." >&2; exit 1; }
  need glpsol glpk-utils
  need python3 python3 python3-venv
  python3 -c 'import ensurepip' 2>/dev/null || need /nonexistent python3-venv
  mkdir -p .cache
  [ -x .cache/bench/bin/pip ] || python3 -m venv .cache/bench
  .cache/bench/bin/pip install --quiet --disable-pip-version-check -r bench/peers/requirements.txt
  export XUEDU_BENCH_PYTHON=$PWD/.cache/bench/bin/python
fi
dir=$(mktemp -d)
chmod 755 "$dir" # PostgreSQL does not run as root
trap 'scripts/pg.sh stop "$dir/pg"; rm -rf "$dir"' EXIT
export PG_OPTIONS_MORE="-c fsync=on -c full_page_writes=on -c shared_buffers=4GB -c work_mem=256MB -c maintenance_work_mem=1GB -c max_wal_size=8GB"
export XUEDU_BENCH_PG=$(scripts/pg.sh start "$dir/pg" "$(free_port)")
step "bench"
(cd bench && CGO_ENABLED=1 go run . --dir "$dir" --out ../docs/benchmarks.md "$@")
