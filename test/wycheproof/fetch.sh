#!/bin/sh
# Brings the Wycheproof test vectors, which lie in the source package of BoringSSL: fetch.sh FOLDER
#
# Only the vectors are kept. Does nothing when they are there. On failure the last line says why.
set -eu
. "$(dirname "$0")/../support/debian-source.sh"

begin "${1:?usage: fetch.sh FOLDER}" xz
fetch android-platform-external-boringssl
unpack android-platform-external-boringssl --wildcards --transform 's,.*/,,' '*/wycheproof_testvectors/*_test.json'
mv "$work"/source/*_test.json "$work/made"
keep
