#!/usr/bin/env bash
# Debian packages of debian.txt that tests and screenshots need; asks apt only for those that are missing.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
while read -r package; do
    [ "$package" = chromium ] && command -v chromium >/dev/null && continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done < debian.txt
[ ${#missing[@]} -eq 0 ] && exit 0

fail() {
    echo "system: please install ${missing[*]} and call again: $1" >&2
    exit 1
}
command -v apt-get >/dev/null || fail "this machine has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "you are not root and there is no sudo"
    as_root=(sudo)
fi
echo "system: installing ${missing[*]} ..."
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends)
"${install[@]}" "${missing[@]}" >/dev/null 2>&1 || {
    "${as_root[@]}" apt-get update -qq || fail "apt-get update failed"
    "${install[@]}" "${missing[@]}" >/dev/null || fail "apt-get install failed"
}
