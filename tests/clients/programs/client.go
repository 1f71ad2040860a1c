// A TLS client of Go. Arguments: host, port, version, roots, certificate, key (may be empty).
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	version := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[os.Args[3]]
	pem, err := os.ReadFile(os.Args[4])
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ServerName: os.Args[1], MinVersion: version, MaxVersion: version}
	if os.Args[5] != "" {
		pair, err := tls.LoadX509KeyPair(os.Args[5], os.Args[6])
		check(err)
		config.Certificates = []tls.Certificate{pair}
	}
	connection, err := tls.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]), config)
	check(err)
	fmt.Fprintf(connection, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", os.Args[1])
	_, err = io.Copy(os.Stdout, connection)
	check(err)
	connection.Close()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
