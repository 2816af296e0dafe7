# For scripts that make something of a Debian source package; to be sourced, with `set -eu`.
#
#   begin FOLDER TOOL...      ends the script when FOLDER is complete, else checks the tools and makes $work
#   fetch PACKAGE [RELEASE]   puts the upstream archive into $work: of the release that the machine runs, or of another
#   unpack PACKAGE [ARG...]   unpacks it into $work/source; arguments are those of tar
#   keep                      makes $work/made the FOLDER; another process may have been faster, the first one wins
#
# Sources come with apt, which checks the archive's signature, through lists of its own below $work: nothing of the
# machine changes and nobody needs to be root. On failure the last line on standard error says why.

fail() { echo "$*" >&2; exit 1; }

begin() {
  made_folder=$1
  shift
  if [ -f "$made_folder/complete" ]; then exit 0; fi
  for tool in apt-get tar "$@"; do
    command -v "$tool" > /dev/null || fail "needs $tool (Debian or Ubuntu with xz-utils, bzip2 and gcc)"
  done
  work=$(mktemp -d "${TMPDIR:-/tmp}/postern-source.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source" "$work/made"
}

# The mirrors that the machine uses already, asked for sources instead of programs. Another release is Debian's.
mirrors() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v other="${1:-}" '
      other == "" && $1 ~ /\/(debian|ubuntu)\/?$/ && $2 !~ /-/ && $3 ~ /^(main|universe)$/ { print "deb-src", $1, $2, $3 }
      other != "" && $1 ~ /\/debian\/?$/ && $2 !~ /-/ && $3 == "main" { print "deb-src", $1, other, $3 }' | sort -u
}

own_apt() {
  package=$1
  shift
  apt-get -q -y -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root \
    -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@" > "$work/log" 2>&1 ||
    fail "apt-get could not fetch the source of $package: $(grep -m 1 '^E:' "$work/log" || tail -n 1 "$work/log")"
}

fetch() {
  mirrors "${2:-}" > "$work/sources.list"
  [ -s "$work/sources.list" ] || fail "apt knows no mirror of Debian${2:+, which has $2}"
  own_apt "$1" update
  (cd "$work" && own_apt "$1" source --download-only "$1")
}

unpack() {
  package=$1
  shift
  tar -xf "$work/$package"_*.orig.tar.* -C "$work/source" "$@" || fail "the source of $package lacks what is wanted"
}

keep() {
  touch "$work/made/complete"
  mkdir -p "$(dirname "$made_folder")"
  mv -T "$work/made" "$made_folder" 2> /dev/null || [ -f "$made_folder/complete" ] || fail "could not write $made_folder"
}
