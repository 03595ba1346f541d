// Connects over TLS with one certificate among the roots: go run tls_client.go HOST PORT CERTIFICATE
package main

import (
	"crypto/tls"
	"crypto/x509"
	"log"
	"net"
	"os"
)

func main() {
	pem, err := os.ReadFile(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	connection, err := tls.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]), &tls.Config{RootCAs: roots})
	if err != nil {
		log.Fatal(err)
	}
	connection.Close()
}
