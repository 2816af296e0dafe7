#!/bin/sh
# Brings the source of BoringSSL, with its test runner: fetch.sh FOLDER
#
# Does nothing when it is there. On failure the last line says why.
set -eu
. "$(dirname "$0")/../support/debian-source.sh"

begin "${1:?usage: fetch.sh FOLDER}" xz
fetch android-platform-external-boringssl
unpack android-platform-external-boringssl --strip-components=1
mv "$work/source/src" "$work/made"
keep
