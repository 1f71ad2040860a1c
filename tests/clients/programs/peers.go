// Go as a client of many servers, and as a server that judges clients.
//
//	peers client LIST                a line for each server: label, port, name, roots between tabs
//	peers server PORT CERT KEY CA    prints "accepted:" or "refused:" for each client
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	if os.Args[1] == "server" {
		serve(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
		return
	}
	list, err := os.Open(os.Args[2])
	check(err)
	for lines := bufio.NewScanner(list); lines.Scan(); {
		it := strings.Split(lines.Text(), "\t")
		if err := visit(it[1], it[2], it[3]); err != nil {
			fmt.Printf("%s\trefuses\t%s\n", it[0], strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Printf("%s\taccepts\t\n", it[0])
		}
	}
}

func visit(port, name, file string) error {
	roots := pool(file)
	if roots == nil {
		return fmt.Errorf("the roots could not be read")
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", "127.0.0.1:"+port, &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(connection, "GET / HTTP/1.0\r\n\r\n")
	_, err = io.ReadAll(connection)
	return err
}

func serve(port, cert, key, ca string) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	check(err)
	config := &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool(ca)}
	if config.ClientCAs == nil {
		config.ClientCAs = x509.NewCertPool()
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+port, config)
	check(err)
	for {
		connection, err := listener.Accept()
		check(err)
		connection.SetDeadline(time.Now().Add(10 * time.Second))
		if err := connection.(*tls.Conn).Handshake(); err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("accepted:")
			fmt.Fprint(connection, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
		connection.Close()
	}
}

func pool(file string) *x509.CertPool {
	pem, err := os.ReadFile(file)
	check(err)
	found := x509.NewCertPool()
	if !found.AppendCertsFromPEM(pem) {
		return nil
	}
	return found
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
