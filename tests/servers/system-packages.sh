#!/usr/bin/env bash
# The programs that the tests use and that no Python package brings. Installs what is missing as root or in CI;
# otherwise prints the one line to type. Does nothing when all are present. With the word `java`: only the Java that
# Spark runs on, which no other test needs.
set -euo pipefail

missing=()
if [ "${1:-}" = java ]; then
    [ -x "${JAVA_HOME:+$JAVA_HOME/bin/java}" ] || command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
else
    [ -x /usr/sbin/sshd ] || missing+=(openssh-server)
    [ -x /usr/lib/openssh/sftp-server ] || missing+=(openssh-sftp-server)
    command -v ssh-keygen >/dev/null || missing+=(openssh-client)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v gpg >/dev/null || missing+=(gnupg)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get install --yes --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] && [ "${CI:-}" != true ]; then
    echo "The tests need programs that are not on this machine. Type:  sudo apt-get update && sudo $install" >&2
    exit 1
fi
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" $install -qq; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
