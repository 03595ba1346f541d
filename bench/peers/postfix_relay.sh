#!/usr/bin/env bash
# A Postfix relay on loopback to measure beside: accepts on PORT, queues durably, forwards everything to RELAY_PORT.
# Its defaults are kept where they cost nothing; what is set removes limits and look-ups that would slow it down.
#   postfix_relay.sh start FOLDER PORT RELAY_PORT
#   postfix_relay.sh empty FOLDER       deletes all that is queued
#   postfix_relay.sh stop FOLDER
# Runs as root, as Postfix does. Debian: apt-get install -y --no-install-recommends postfix
set -euo pipefail
action=${1:?start, empty or stop} dir=${2:?a folder}
case $action in
start)
  port=${3:?a port} relay_port=${4:?the port to forward to}
  mkdir -p "$dir"/{etc,spool,data}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=peer.test \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
  cat > "$dir/etc/main.cf" <<CF
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = peer.test
mydestination =
relayhost = [127.0.0.1]:$relay_port
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_cert_file = $dir/cert.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_security_level = may
smtp_tls_security_level = none
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
disable_dns_lookups = yes
default_process_limit = 100
default_destination_concurrency_limit = 20
message_size_limit = 40000000
maillog_file = $dir/mail.log
maillog_file_prefixes = /tmp, /var
CF
  # No chroot, so that nothing has to be copied into the queue directory.
  awk -v port="$port" '
    /^#/ || NF < 8 || $1 ~ /^-/ { print; next }
    { if ($5 == "y") $5 = "n"; if ($1 == "smtp" && $2 == "inet") $1 = "127.0.0.1:" port; print }
  ' /usr/share/postfix/master.cf.dist > "$dir/etc/master.cf"
  chown postfix "$dir/data"
  postfix -c "$dir/etc" start > /dev/null 2>&1
  ;;
empty) postsuper -c "$dir/etc" -d ALL > /dev/null 2>&1 ;;
stop) postfix -c "$dir/etc" stop > /dev/null 2>&1 ;;
*) sed -n '2,7p' "$0"; exit 2 ;;
esac
