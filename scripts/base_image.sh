#!/usr/bin/env bash
# Print the name of an image to build on: Airbyte's, or a stand-in where that can't be pulled.
#
# The stand-in is Debian with its own Python 3.11, the machine's CA bundle, and no more. It bears
# another name, so that nothing takes it for Airbyte's.
set -euo pipefail
cd "$(dirname "$0")/.."

base=$(sed -n 's/^ARG BASE_IMAGE=//p' Dockerfile)
stand_in=debian-with-python:3.11

make_stand_in() {
    local certificates=/etc/ssl/certs/ca-certificates.crt
    command -v mmdebstrap >/dev/null ||
        { apt-get update && apt-get install --yes --no-install-recommends mmdebstrap; } >&2
    # The machine's own mirror; Debian's where it names none.
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Codename: bookworm' |
        head -n 1)
    mmdebstrap --quiet --variant=minbase \
        --include=ca-certificates,python3,python3-venv,python3-pip,python-is-python3 \
        --customize-hook="copy-in $certificates ${certificates%/*}" \
        --customize-hook="printf '[global]\ncert = $certificates\n' >\"\$1/etc/pip.conf\"" \
        bookworm - ${mirror:+"$mirror"} | docker import - "$stand_in" >&2
}

exists() { docker image inspect "$1" >/dev/null 2>&1; }

if exists "$base" || timeout 300 docker pull --quiet "$base" >&2; then
    echo "$base"
else
    exists "$stand_in" || make_stand_in
    echo "$stand_in"
fi
