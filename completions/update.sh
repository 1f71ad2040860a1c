#!/bin/sh
# Write the completion scripts of this folder anew, after commands or options have changed.
set -eu
cd "$(dirname "$0")"
for pair in bash:mtlsctl.bash zsh:_mtlsctl fish:mtlsctl.fish powershell:mtlsctl.ps1; do
    "${PYTHON:-python}" -m mtlsctl completions "${pair%%:*}" > "${pair#*:}.new"
    mv "${pair#*:}.new" "${pair#*:}"
done
