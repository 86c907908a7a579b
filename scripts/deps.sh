#!/usr/bin/env bash
# Installs from Debian what the tests use and this machine lacks. Quiet where nothing is missing. Where it can't
# install (no apt-get, not root, no sudo) it says what is missing; tests that need it then say "not performed".
set -euo pipefail

# package and how to see that it is there: a program, or "-" for the package database
wanted=(
	postgresql:-
	chromium:chromium
	nodejs:node
	npm:npm
	whois:whois
	curl:curl
	openssl:openssl
	dnsutils:dig
	libnet-epp-perl:-
	libxml2-utils:xmllint
	xmlsec1:xmlsec1
	tesseract-ocr:tesseract
	tesseract-ocr-chi-sim:-
	fonts-noto-cjk:-
)

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

missing=()
for entry in "${wanted[@]}"; do
	package=${entry%%:*} program=${entry##*:}
	if [ "$program" != - ] && command -v "$program" >/dev/null 2>&1; then continue; fi
	if installed "$package"; then continue; fi
	missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as_root=(sudo -n)
	else
		echo "deps: missing and not installed (not root): ${missing[*]}" >&2
		exit 0
	fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "deps: missing and not installed (no apt-get): ${missing[*]}" >&2
	exit 0
fi

echo "deps: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; }
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; }; then
	cat "$log" >&2
	echo "deps: apt-get failed" >&2
	exit 1
fi
