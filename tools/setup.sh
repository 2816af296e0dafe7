#!/bin/sh
# Makes the machine ready for the npm scripts: dependencies installed, a Node that runs TypeScript, and with --peers
# the strangers' software that the interop tests and the benchmark talk to. Asks nothing, and says nothing when there
# is nothing to do. Written for the Node that the machine already has (20 or later): the newer one comes from npm.
set -eu
cd "$(dirname "$0")/.."

NODE_MAJOR_WANTED=24
PEERS='libcoap3-bin gnutls-bin openssl gcc libc6-dev libmbedtls-dev libwolfssl-dev libssl-dev xz-utils bzip2 golang-go golang-golang-x-crypto-dev'
STAMP=node_modules/.postern-setup

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# npm puts node_modules/.bin first on the PATH, and that is the very folder that is about to be replaced.
without_project_bin() {
  printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | grep -v 'node-gyp-bin$' | paste -s -d ':' -
}

lock_sum() { cksum < package-lock.json; }

# True when what is installed is what package-lock.json asks for, whoever installed it.
installed_matches_lock() {
  [ -f node_modules/.package-lock.json ] || return 1
  node -e '
    const { readFileSync } = require("node:fs");
    const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
    const installed = read("node_modules/.package-lock.json");
    const differs = ([path, want]) =>
      path !== "" && (installed[path] ? installed[path].version !== want.version : !want.optional);
    process.exit(Object.entries(read("package-lock.json")).some(differs) ? 1 : 0);
  '
}

install_dependencies() {
  command -v node > /dev/null || fail 'needs Node 20 or later and npm on the PATH: https://nodejs.org/'
  command -v npm > /dev/null || fail 'needs npm on the PATH (on Debian: apt-get install npm)'
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' ||
    fail "needs Node 20 or later to begin with; this is $(node --version)"
  if ! installed_matches_lock; then
    say 'installing npm dependencies (once, about half a minute)'
    npm ci --no-audit --no-fund --loglevel=error > "$LOG" 2>&1 || { cat "$LOG" >&2; fail 'npm ci failed, see above'; }
  fi
  lock_sum > "$STAMP"
}

# The package `node` links the real binary in an install script, which npm may have been told not to run.
node_runs() {
  version=$(node_modules/.bin/node --version 2> /dev/null) || return 1
  major=${version#v}
  [ "${major%%.*}" -ge "$NODE_MAJOR_WANTED" ]
}

link_node() {
  say 'fetching the Node that Postern runs on'
  (cd node_modules/node && node installArchSpecificPackage.js) > "$LOG" 2>&1 ||
    { cat "$LOG" >&2; fail 'could not fetch Node, see above'; }
  [ -x node_modules/.bin/node ] || ln -sf ../node/bin/node node_modules/.bin/node
  node_runs || fail "node_modules/.bin/node is not Node $NODE_MAJOR_WANTED or later"
}

missing_peers() {
  command -v dpkg-query > /dev/null || return 0
  for package in $PEERS; do
    dpkg-query --show --showformat '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed ||
      printf '%s ' "$package"
  done
}

advise_peers() {
  say 'the tests against other implementations need these (Debian and Ubuntu names), without them they are skipped:'
  say "  $1"
}

install_peers() {
  if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
    advise_peers "$PEERS"
    return 0
  fi
  missing=$(missing_peers)
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    advise_peers "sudo apt-get install $missing"
    return 0
  fi
  say "installing $missing"
  # shellcheck disable=SC2086 # a list of package names
  apt_install $missing || { apt_get update && apt_install $missing; } || {
    cat "$LOG" >&2
    advise_peers "$missing"
  }
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" > "$LOG" 2>&1 < /dev/null; }
apt_install() { apt_get install --no-install-recommends "$@"; }

PATH=$(without_project_bin)
export PATH
LOG=$(mktemp "${TMPDIR:-/tmp}/postern-setup.XXXXXX")
trap 'rm -f "$LOG"' EXIT

[ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(lock_sum)" ] || install_dependencies
node_runs || link_node
for argument in "$@"; do
  case $argument in
    --peers) install_peers ;;
    *) fail "unknown argument $argument (only --peers is known)" ;;
  esac
done
