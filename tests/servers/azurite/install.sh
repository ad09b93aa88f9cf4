#!/usr/bin/env bash
# Installs Azurite, the Azure server of the tests, into build/azurite, at the versions that package-lock.json pins.
# Node and npm come with the test environment. The lock names no addresses; each package is checked by its hash.
set -euo pipefail
cd "$(dirname "$0")/../../.."
target=build/azurite
export PATH="$PWD/.venv/bin:$PATH"
mkdir -p "$target"
cp tests/servers/azurite/package.json tests/servers/azurite/package-lock.json "$target/"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! npm ci --prefix "$target" --ignore-scripts --omit=dev --no-audit --no-fund --prefer-offline >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
