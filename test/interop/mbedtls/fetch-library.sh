#!/bin/sh
# Builds Mbed TLS 3.6, which knows connection IDs as RFC 9146 has them: fetch-library.sh FOLDER
#
# From the source package of Debian 13, on whatever release the machine runs; nothing is installed. Makes include/ and
# lib/libmbedtls3.a in about six seconds. Does nothing when they are there. On failure the last line says why.
set -eu
. "$(dirname "$0")/../../support/debian-source.sh"

begin "${1:?usage: fetch-library.sh FOLDER}" bzip2 cc ar
fetch mbedtls trixie
unpack mbedtls --strip-components=1
mkdir "$work/objects" "$work/made/lib"
cd "$work/objects"
ls ../source/library/*.c | xargs -n 8 -P 2 cc -O1 -w -I ../source/include -c > "$work/log" 2>&1 ||
  fail "cc failed: $(grep -m 1 error "$work/log")"
ar rcs "$work/made/lib/libmbedtls3.a" ./*.o
mv ../source/include "$work/made"
keep
