#!/usr/bin/env bash
# Everything that has to hold before a change is good, in stages; the body of `make test`.
# Ends with a table, the named behaviours, and one line "N passed, N failed, N skipped" (top-level tests, and
# subtests where skipped; a stage that fails without a failed test counts as one). Leaves nothing behind: no files,
# no processes, no change to the tree.
set -uo pipefail
cd "$(dirname "$0")/.."

GO=${GO:-go}
bash scripts/deps.sh || exit 1

work=$(mktemp -d "${TMPDIR:-/tmp}/openregistrar-test.XXXXXX")
chmod 755 "$work" # PostgreSQL runs as another user where this one is root
mkdir -m 1777 "$work/tmp"
export TMPDIR=$work/tmp
# Every child inherits this; what still carries it at the end was left running.
export OPENREGISTRAR_TEST_RUN=$work

tree() { git status --porcelain 2>/dev/null || true; }
before=$(tree)
removes=() # what a stage had to put into the tree

# children lists the processes that carry the mark. This shell doesn't: it was started without.
children() {
	local dir
	for dir in /proc/[0-9]*; do
		if tr '\0' '\n' <"$dir/environ" | grep -qxF "OPENREGISTRAR_TEST_RUN=$work"; then
			echo "${dir#/proc/}"
		fi
	done 2>/dev/null
}

finish() {
	local pid
	for pid in $(children); do kill -KILL "$pid" 2>/dev/null; done
	[ ${#removes[@]} -eq 0 ] || rm -rf "${removes[@]}"
	chmod -R u+w "$work" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

results=() passed=0 failed=0 skipped=0 bad=0

# stage NAME COMMAND...: runs it, keeps its output, counts its tests.
stage() {
	local name=$1 log="$work/${1// /-}.log" start=$SECONDS code p f s
	shift
	printf '== %s\n' "$name"
	"$@" >"$log" 2>&1 </dev/null
	code=$?
	p=$(grep -c '^--- PASS: ' "$log") f=$(grep -c '^--- FAIL: ' "$log") s=$(grep -c '^ *--- SKIP: ' "$log")
	[ $code -eq 0 ] || [ "$f" -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	results+=("$(printf '%-22s %-6s %5ds %6d %6d %6d' "$name" "$([ $code -eq 0 ] && echo ok || echo FAILED)" $((SECONDS - start)) "$p" "$f" "$s")")
	if [ $code -ne 0 ]; then
		bad=1
		grep -vE '^(=== |[[:space:]]*--- (PASS|SKIP): |PASS$|ok[[:space:]]|\?[[:space:]]|BEHAVIOUR )' "$log" | tail -n 200
	fi
}

# files lists the Go files of this tree, other modules' included, vendored scripts not.
files() { find . \( -name node_modules -o -name .git -o -name bin -o -name data -o -name testdata \) -prune -o -name '*.go' -print; }

formatted() {
	local unformatted
	unformatted=$(files | xargs gofmt -l)
	[ -z "$unformatted" ] || { echo "gofmt would change:"; echo "$unformatted"; return 1; }
}

packages() { "$GO" list ./... | grep -vE '/(e2e|bench)(/|$)|/internal/arrows$'; }

# fuzz gives the targets of the wire seconds each (runs, not a time: its end in the middle of a run is taken for a failure);
# make fuzz gives every target ten minutes.
fuzz() { FUZZTIME=20000x GO=$GO bash scripts/fuzz.sh ./epp; }

unit() { packages | xargs "$GO" test -count=1 -v -timeout 15m; }

# Programs in other languages that drive the API bring their own dependencies; put them in for the run alone.
modules() {
	local lock dir
	for lock in interop/*/package-lock.json; do
		[ -f "$lock" ] || continue
		dir=$(dirname "$lock")
		[ ! -d "$dir/node_modules" ] && command -v npm >/dev/null 2>&1 || continue
		(cd "$dir" && npm ci --silent --cache "$work/npm") || return 1
	done
}

# interop drives the running program with outside SDKs, which live in modules of their own; the end-to-end test of
# that name starts both.
interop() {
	local mod
	for mod in interop/*/go.mod; do
		[ -f "$mod" ] || continue
		(cd "$(dirname "$mod")" && "$GO" vet ./...) || return 1
	done
	"$GO" test -count=1 -v -timeout 15m -run '^TestSDK' ./e2e/...
}

# clean fails where something was left: a process, a change of the tree, a file outside the temporary folder.
clean() {
	local pid left code=0 deadline=$((SECONDS + 5))
	while [ -n "$(children)" ] && [ $SECONDS -lt $deadline ]; do sleep 0.2; done # what is ending may end
	for pid in $(children); do
		echo "left running: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-160)"
		code=1
	done
	left=$(tree)
	if [ "$left" != "$before" ]; then
		echo "the tree has changed:"
		diff <(echo "$before") <(echo "$left")
		code=1
	fi
	return $code
}

for lock in interop/*/package-lock.json; do
	[ -f "$lock" ] && [ ! -d "$(dirname "$lock")/node_modules" ] && removes+=("$(dirname "$lock")/node_modules")
done

stage format formatted
stage vet "$GO" vet ./...
stage arrows "$GO" test -count=1 -v ./internal/arrows
stage "unit and both engines" unit
stage fuzz fuzz
stage "outside SDKs" modules
stage e2e "$GO" test -count=1 -v -timeout 30m -skip '^TestSDK' ./e2e/...
stage interop interop
stage clean clean

behaviours=$(cat "$work"/*.log | awk '
	/^BEHAVIOUR / { line = substr($0, 11); name = line; sub(/[:\/ ].*/, "", name); n++; lines[n] = line; names[n] = name; next }
	/^--- (PASS|FAIL|SKIP): / { verdict[$3] = $2 }
	END { for (i = 1; i <= n; i++) { v = verdict[names[i]]; printf "  %-5s %s\n", v == "PASS:" ? "ok" : v == "" ? "?" : tolower(substr(v, 1, length(v)-1)), lines[i] } }')
notperformed=$(cat "$work"/*.log | grep -i 'not performed' | sed 's/^[[:space:]]*//' | sort -u | head -n 40)

# Elsewhere a missing program only leaves its tests out; CI has installed them all, and a test left out there is a hole.
holes=
if [ "${CI:-}" = true ]; then
	holes=$(cat "$work"/*.log | grep -E 'not performed: .*(is not installed|perl module)' | sed 's/^[[:space:]]*//' | sort -u)
	[ -z "$holes" ] || { bad=1 failed=$((failed + 1)); }
fi

printf '\n%-22s %-6s %6s %6s %6s %6s\n' stage result time passed failed skipped
printf '%s\n' "${results[@]}"
[ -z "$behaviours" ] || printf '\nbehaviours:\n%s\n' "$behaviours"
[ -z "$notperformed" ] || printf '\nnot performed here:\n%s\n' "$notperformed"
[ -z "$holes" ] || printf '\nleft out, and CI leaves nothing out for want of a program:\n%s\n' "$holes"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
exit $bad
