#!/bin/sh
# All checks and tests against the installed wheel, in .venv. Installs what is missing: programs with apt, then packages.
# Words given are passed to pytest: tests/run.sh -k handshake
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
export PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps servers
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need openssl openssl
need curl curl
need nginx nginx-light
need zsh zsh
need fish fish
need keytool default-jre-headless
need ssh-keygen openssh-client
need dot graphviz
need apache2 apache2-bin
need haproxy haproxy
need gnutls-serv gnutls-bin
need stunnel4 stunnel4
need caddy caddy
need javac default-jdk-headless
need node nodejs
need go golang-go
need redis-server redis-server
need mosquitto mosquitto
need slapd slapd
need vsftpd vsftpd
need doveconf 'dovecot-imapd dovecot-pop3d dovecot-managesieved'
need postfix postfix
need prosody prosody
need Xtigervnc tigervnc-standalone-server
need xrdp xrdp
need tinyproxy tinyproxy-bin
need microsocks microsocks
need pg_ctlcluster postgresql
need mariadbd mariadb-server
need pgbouncer pgbouncer
need nats-server nats-server
need escript 'erlang-base erlang-ssl'
need inspircd inspircd
need selfserv libnss3-tools
need rsyslogd 'rsyslog rsyslog-gnutls rsyslog-openssl'
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
  echo "tests: installing$missing" >&2
  if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
  export DEBIAN_FRONTEND=noninteractive
  # Servers are installed and not started: the tests start their own (invoke-rc.d(8), policy-rc.d).
  policy=/usr/sbin/policy-rc.d
  ours=
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null; ours=yes; }
  [ -z "$ours" ] || $sudo chmod 755 "$policy"
  status=0
  # shellcheck disable=SC2086
  { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null; } || status=$?
  [ -z "$ours" ] || $sudo rm -f "$policy"
  [ "$status" = 0 ] || exit "$status"
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check '.[test]' # of a folder always anew

.venv/bin/ruff check --quiet .
.venv/bin/ruff format --quiet --check .
.venv/bin/mypy &
types=$!
# The tests compiled while mypy runs: left to them, each of pytest's processes would compile them all for itself.
PYTHONDONTWRITEBYTECODE='' .venv/bin/pytest --collect-only --quiet >/dev/null 2>&1 || : # said again below
wait "$types"
for script in examples/*.sh tests/*.sh completions/*.sh .ci/run; do sh -n "$script"; done
# The slow ones wait for servers most of the time: three for each core, and one test at a time is handed out.
jobs=$(($(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 3))
# pytest itself, not `python -m pytest`: the folder of the checkout is not on its path, the wheel is.
exec .venv/bin/pytest -n "$jobs" --maxschedchunk 1 --no-skips "$@"
