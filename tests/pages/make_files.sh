#!/bin/sh
# Makes the certificate files that are uploaded to the pages, good ones and one of each bad kind. Needs OpenSSL 3.0.
# Run in an empty directory.
set -eu

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
# request NAME KEY: a request for NAME.example.org
request() { openssl req -new -key "$2" -subj "/CN=$1.example.org" -out "$1.csr"; }
# issue NAME DAYS [OPTIONS]: NAME.pem for NAME.csr from the intermediate
issue() {
  name=$1 days=$2
  shift 2
  openssl x509 -req -in "$name.csr" -CA middle.pem -CAkey middle.key -CAcreateserial -days "$days" -extfile "${ext:-server.ext}" "$@" -out "$name.pem"
}

new_key root.key
openssl req -x509 -new -key root.key -subj '/O=Example Trust/CN=Example Root' -days 3650 -out root.pem
new_key middle.key
openssl req -new -key middle.key -subj '/O=Example Trust/CN=Example Issuing CA' -out middle.csr
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n' > middle.ext
openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1825 -extfile middle.ext -out middle.pem
printf 'subjectAltName=DNS:mail.example.org,DNS:*.mail.example.org\nextendedKeyUsage=serverAuth\n' > server.ext
printf 'subjectAltName=DNS:mail.example.org\nextendedKeyUsage=clientAuth\n' > client.ext

# What a public authority sends, the chain in the wrong order and with the root.
new_key mail.key
request mail mail.key
issue mail 90
cat root.pem middle.pem mail.pem > fullchain.pem
openssl pkcs8 -topk8 -in mail.key -passout pass:'open sesame' -out protected.key
openssl pkcs12 -export -inkey mail.key -in mail.pem -certfile middle.pem -passout pass:'open sesame' -out mail.pfx

# A second one.
new_key next.key
request next next.key
issue next 90
cat next.pem middle.pem > next_chain.pem

# The bad kinds.
openssl pkey -in mail.key -pubout -out public.pem
printf '\211PNG\r\n\032\n and so on' > picture.png
new_key other.key
request expired mail.key
cat > past.cnf <<'END'
[ca]
default_ca = past
[past]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = names
rand_serial = yes
[names]
commonName = supplied
END
: > index.txt
openssl ca -batch -notext -config past.cnf -cert middle.pem -keyfile middle.key -startdate 20240101000000Z -enddate 20240401000000Z -extfile server.ext -in expired.csr -out expired.pem
openssl genrsa -out weak.key 1024
request weak weak.key
issue weak 90
request sha1 mail.key
issue sha1 90 -sha1
openssl genpkey -algorithm ed25519 -out ed25519.key
request ed25519 ed25519.key
issue ed25519 90
request client mail.key
ext=client.ext issue client 90
head -c 300000 /dev/urandom | base64 > noise.txt
cat noise.txt noise.txt noise.txt > large.txt
for i in $(seq 400); do cat mail.pem; done > many.pem
sed '4,5d' mail.pem > broken.pem
sed '2d' mail.key > broken.key
head -c 700 mail.pfx > broken.pfx
openssl pkcs12 -export -legacy -certpbe PBE-SHA1-RC2-40 -inkey mail.key -in mail.pem -passout pass:'open sesame' -out rc2.pfx
