"""Connects over TLS with one certificate as the authority: python3 tls_client.py HOST PORT CERTIFICATE [strict]

"strict" verifies as Python does by default since 3.13.
"""
import socket
import ssl
import sys

host, port, certificate, *strict = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
if strict:
    # VERIFY_X509_PARTIAL_CHAIN, which has a name since 3.10 only.
    context.verify_flags |= ssl.VERIFY_X509_STRICT | 0x80000
with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host):
    pass
