#!/usr/bin/env bash
# Starts or stops a private PostgreSQL for tests: on loopback, in a folder of its own.
#   scripts/pg.sh start DIR PORT   prints the address for XUEDU_TEST_PG
#   scripts/pg.sh stop DIR
set -euo pipefail

bindir() {
  local d
  for d in $(command -v pg_config >/dev/null && pg_config --bindir) /usr/lib/postgresql/*/bin /usr/local/bin; do
    [ -x "$d/initdb" ] && [ -x "$d/pg_ctl" ] && best=$d
  done
  [ -n "${best:-}" ] || { echo "pg.sh: PostgreSQL's server programs (initdb, pg_ctl) are not installed" >&2; exit 1; }
  echo "$best"
}

# The server refuses to run as root, so root hands it to the user postgres.
as_owner() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups -- env HOME="$dir" "$@"; else "$@"; fi
}

dir=$2
bin=$(bindir)
case $1 in
start)
  port=$3
  mkdir -p "$dir"
  [ "$(id -u)" = 0 ] && chown postgres "$dir"
  [ -d "$dir/data" ] || as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C >"$dir.init.log" 2>&1 || { cat "$dir.init.log" >&2; exit 1; }
  as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-p $port -h 127.0.0.1 -k $dir -c max_connections=300 -c fsync=off -c full_page_writes=off -c shared_buffers=256MB ${PG_OPTIONS_MORE:-}" start >/dev/null
  echo "postgres://postgres@127.0.0.1:$port"
  ;;
stop)
  as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$dir" "$dir.init.log"
  ;;
esac
