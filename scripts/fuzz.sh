#!/usr/bin/env bash
# Runs every fuzz target in turn, each for FUZZTIME (default 10m); with arguments, those of these folders.
set -euo pipefail
cd "$(dirname "$0")/.."
GO=${GO:-go}
[ $# -gt 0 ] || set -- .
grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' --exclude-dir=node_modules "$@" | while read -r file; do
	grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | while read -r _ name; do
		echo "== $(dirname "$file") $name"
		"$GO" test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10m}" -fuzzminimizetime 1s "$(dirname "$file")" </dev/null
	done
done
