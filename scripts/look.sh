#!/usr/bin/env bash
# Builds the style sheet and the scripts of the pages from look/.
set -euo pipefail
cd "$(dirname "$0")/../look"
[ -d node_modules ] && [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --silent
npm run --silent build
