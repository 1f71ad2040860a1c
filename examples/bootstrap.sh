#!/bin/sh
# From nothing to nginx that demands client certificates: a CA, a server, two clients, one of them revoked.
# Needs: mtlsctl, nginx, curl. Everything happens in a temporary folder, on loopback.
set -eu

work=$(mktemp -d)
export MTLSCTL_HOME="$work/cas"
trap 'kill "$(cat "$work/nginx.pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

# 1. A CA that can certify names below .test and addresses of loopback, and nothing else.
mtlsctl ca create web --permit dns:test --permit dns:localhost --permit ip:127.0.0.0/8

# 2. A certificate for the server, and two for clients.
mtlsctl issue server localhost 127.0.0.1
mtlsctl issue client alice.test
mtlsctl issue client mallory.test

# 3. Mallory lost her laptop.
mtlsctl revoke mallory.test --reason keyCompromise
mtlsctl crl --out crl.pem

# 4. nginx: TLS with our certificate, only for clients with a certificate from our CA that is not revoked.
port=${PORT:-8443}
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
    ssl_verify_client on;
    ssl_verify_depth 2;
    ssl_crl $work/crl.pem;
    location / { return 200 "hello \$ssl_client_s_dn\n"; }
  }
}
CONF
nginx -c "$work/nginx.conf" -e "$work/error.log"

# 5. Who gets in? Each line says what curl got: 200 for Alice, 400 for nobody and for Mallory.
ask() {
  curl --silent --output "$work/answer" --write-out '%{http_code}' --cacert localhost/ca.pem "$@" \
    "https://localhost:$port/"
}
echo "alice:   $(ask --cert alice.test/fullchain.pem --key alice.test/key.pem) $(cat answer)"
echo "nobody:  $(ask)"
echo "mallory: $(ask --cert mallory.test/fullchain.pem --key mallory.test/key.pem)"

# 6. And what does mtlsctl say about it?
mtlsctl handshake "localhost:$port" --identity alice.test --http /
