#!/usr/bin/env bash
# Run a command where a Docker engine answers: the machine's, or else one that ends with it.
#
#     scripts/with_docker.sh make image
#
# The second kind takes root on Debian, from whose packages it comes. Where no engine can run, one
# line says so, and nothing is run.
set -euo pipefail

main() {
    if timeout 30 docker version >/dev/null 2>&1; then
        exec "$@"
    fi
    [ "$(id -u)" = 0 ] || skip "none answers, and to start one takes root" "$@"
    command -v dockerd docker >/dev/null || install_engine || skip "docker.io can't be installed" "$@"
    # Whatever ends this process, the kernel ends all others of its namespace, and its mounts.
    local namespace=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc)
    "${namespace[@]}" true || skip "no namespace can be made" "$@"
    scratch=$(mktemp --directory)
    trap 'rm -rf "$scratch"' EXIT
    "${namespace[@]}" "$0" --beside-an-engine "$scratch" "$@" &
    trap 'kill -KILL $!' INT TERM
    wait $!
}

skip() {
    echo "!!! SKIPPED, as no Docker engine runs here ($1): ${*:2}" >&2
    exit 0
}

install_engine() {
    local policy=/usr/sbin/policy-rc.d # by which Debian's packages start no service
    if [ ! -e "$policy" ]; then
        trap "rm -f $policy" RETURN
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    fi
    local -x DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends docker.io; } >&2
}

beside_an_engine() {
    local scratch=$1
    shift
    # It leaves the machine's network as it is; containers and builds share that one.
    dockerd --host "unix://$scratch/socket" --pidfile "$scratch/pid" --data-root "$scratch/data" \
        --exec-root "$scratch/exec" --exec-opt native.cgroupdriver=cgroupfs \
        --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
        >"$scratch/log" 2>&1 &
    engine=$!
    export DOCKER_HOST="unix://$scratch/socket"
    export DOCKER_BUILD_FLAGS="${DOCKER_BUILD_FLAGS:-} --network host"
    for _ in {1..100}; do
        if docker version >/dev/null 2>&1; then
            trap "kill $engine; wait $engine || true" EXIT # ends the containers first
            "$@"
            return
        fi
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.3
    done
    skip "$(tail -n 1 "$scratch/log")" "$@"
}

if [ "$1" = --beside-an-engine ]; then
    beside_an_engine "${@:2}"
else
    main "$@"
fi
