#!/bin/sh
# Brings the Wycheproof test vectors: fetch.sh FOLDER
#
# They lie in Debian's and Ubuntu's source package of BoringSSL. It is downloaded with apt (which checks its signature)
# through lists of its own in FOLDER, so that nothing of the machine changes and nobody needs to be root; only the
# vectors are kept. Does nothing when they are there. On failure the last line says why.
set -eu

PACKAGE=android-platform-external-boringssl
folder=${1:?usage: fetch.sh FOLDER}
[ -f "$folder/complete" ] && exit 0

fail() { echo "$*" >&2; exit 1; }
for tool in apt-get tar xz; do
  command -v "$tool" > /dev/null || fail "needs $tool (Debian or Ubuntu with xz-utils)"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/postern-wycheproof.XXXXXX")
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
    fail "apt-get could not fetch the source of $PACKAGE: $(grep -m 1 '^E:' "$work/log" || tail -n 1 "$work/log")"
}
own_apt update
(cd "$work" && own_apt source --download-only "$PACKAGE")

mkdir "$work/vectors"
tar -xJf "$work"/"$PACKAGE"_*.orig.tar.xz -C "$work/vectors" --wildcards \
  --transform 's,.*/,,' '*/wycheproof_testvectors/*_test.json' || fail 'the source package has no vectors'
touch "$work/vectors/complete"
mkdir -p "$(dirname "$folder")"
# Another process may have been faster; the first one wins.
mv -T "$work/vectors" "$folder" 2> /dev/null || [ -f "$folder/complete" ] || fail "could not write $folder"
