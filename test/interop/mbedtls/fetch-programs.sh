#!/bin/sh
# Builds Mbed TLS's own test programs ssl_client2 and udp_proxy: fetch-programs.sh FOLDER
#
# Their sources are in the source package of the library that is installed, against which they are linked. Does nothing
# when they are there. On failure the last line says why.
set -eu
. "$(dirname "$0")/../../support/debian-source.sh"

begin "${1:?usage: fetch-programs.sh FOLDER}" xz cc
fetch mbedtls
unpack mbedtls --strip-components=1
cd "$work/source"
build() {
  program=$1
  shift
  cc -O1 -w -I tests/include -I library -I programs/ssl -o "$work/made/$program" "$@" \
    -lmbedtls -lmbedx509 -lmbedcrypto > "$work/log" 2>&1 ||
    fail "cc failed for $program: $(grep -m 1 error "$work/log")"
}
build udp_proxy programs/test/udp_proxy.c
build ssl_client2 programs/ssl/ssl_client2.c programs/ssl/ssl_test_lib.c programs/test/query_config.c \
  tests/src/helpers.c tests/src/threading_helpers.c
keep
