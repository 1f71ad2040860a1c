#!/bin/sh
# Install mtlsctl from this checkout into .venv, and play the demo. Needs Python 3.11 or newer.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "quickstart: installing python3-venv" >&2
  if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
  $sudo apt-get update -qq && $sudo apt-get install -y -qq python3 python3-venv >/dev/null
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check .
.venv/bin/mtlsctl demo "$@"
echo
echo "mtlsctl is in .venv/bin. To have it on your path in this shell: export PATH=\"$PWD/.venv/bin:\$PATH\""
