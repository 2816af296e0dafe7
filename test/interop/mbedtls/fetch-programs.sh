#!/bin/sh
# Builds Mbed TLS's own test programs ssl_client2 and udp_proxy: fetch-programs.sh FOLDER
#
# Their sources are in Debian's source package; they are linked against the library that is installed. The package is
# downloaded with apt (which checks its signature) through lists of its own, so that nothing of the machine changes and
# nobody needs to be root. Does nothing when they are there. On failure the last line says why.
set -eu

folder=${1:?usage: fetch-programs.sh FOLDER}
[ -f "$folder/complete" ] && exit 0

fail() { echo "$*" >&2; exit 1; }
for tool in apt-get tar xz cc; do
  command -v "$tool" > /dev/null || fail "needs $tool (Debian or Ubuntu with xz-utils and gcc)"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/postern-mbedtls.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"

# The mirrors that the machine uses already, asked for sources instead of programs.
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk '$1 ~ /\/(debian|ubuntu)\/?$/ && $2 !~ /-/ && $3 ~ /^(main|universe)$/ { print "deb-src", $1, $2, $3 }' |
  sort -u > "$work/sources.list"
[ -s "$work/sources.list" ] || fail 'apt knows no mirror of Debian or Ubuntu'

own_apt() {
  apt-get -q -y -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
    -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@" > "$work/log" 2>&1 ||
    fail "apt-get could not fetch the source of mbedtls: $(grep -m 1 '^E:' "$work/log" || tail -n 1 "$work/log")"
}
own_apt update
(cd "$work" && own_apt source --download-only mbedtls)

mkdir "$work/source" "$work/built"
tar -xf "$work"/mbedtls_*.orig.tar.* -C "$work/source" --strip-components=1
cd "$work/source"
build() {
  program=$1
  shift
  cc -O1 -w -I tests/include -I library -I programs/ssl -o "$work/built/$program" "$@" \
    -lmbedtls -lmbedx509 -lmbedcrypto > "$work/log" 2>&1 ||
    fail "cc failed for $program: $(grep -m 1 error "$work/log")"
}
build udp_proxy programs/test/udp_proxy.c
build ssl_client2 programs/ssl/ssl_client2.c programs/ssl/ssl_test_lib.c programs/test/query_config.c \
  tests/src/helpers.c tests/src/threading_helpers.c

touch "$work/built/complete"
mkdir -p "$(dirname "$folder")"
# Another process may have been faster; the first one wins.
mv -T "$work/built" "$folder" 2> /dev/null || [ -f "$folder/complete" ] || fail "could not write $folder"
