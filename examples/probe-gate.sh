#!/bin/sh
# A gate for CI: the build fails where anybody but the right clients gets in. Step 3 is what to paste.
# Needs: mtlsctl, nginx. Everything happens in a temporary folder, on loopback.
set -eu

work=$(mktemp -d)
export MTLSCTL_HOME="$work/cas"
trap 'kill "$(cat "$work/nginx.pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
port=${PORT:-8443}

# 1. A CA, a server, a client that must get in, and one that is revoked: its files are kept, as proof needs them.
mtlsctl ca create web --permit dns:test --permit dns:localhost --permit ip:127.0.0.0/8 >setup.log
mtlsctl issue server localhost 127.0.0.1 >>setup.log
mtlsctl issue client ci.test >>setup.log
mtlsctl issue client revoked.test >>setup.log
mtlsctl revoke revoked.test --reason superseded >>setup.log
mtlsctl crl --out crl.pem >>setup.log

# 2. The server under test; the argument is what it asks of its clients.
configure() {
  cat > nginx.conf <<CONF
daemon on;
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server {
    listen 127.0.0.1:$port ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $work/localhost/fullchain.pem;
    ssl_certificate_key $work/localhost/key.pem;
    ssl_client_certificate $work/localhost/ca.pem;
    ssl_verify_client $1;
    ssl_verify_depth 2;
    ssl_crl $work/crl.pem;
    location / { return 200 "hello \$ssl_client_s_dn\n"; }
  }
}
CONF
}
control() { nginx -c "$work/nginx.conf" -e "$work/error.log" "$@" 2>>setup.log; }

# 3. The gate. 0: only the right clients get in; 1: somebody else does; 2: could not tell, which is no pass either.
gate() {
  status=0
  mtlsctl probe "localhost:$port" --identity ci.test --sign-with web --http / >proof.txt 2>probe.log || status=$?
  case $status in
    0) echo "gate: passed" ;;
    1) echo "gate: closed, somebody gets in" ;;
    *) echo "gate: closed, could not tell" ;;
  esac
  return "$status"
}

configure on
control
gate
grep probe-enforced proof.txt

# 4. One word in the server's configuration, and the gate closes.
configure optional
control -s reload
while gate >verdict.txt; do sleep 0.1; done
cat verdict.txt
grep probe-no-cert-accepted proof.txt
