"""Hands over the message on standard input with Python's smtplib.

    smtplib_client.py PLAN

PLAN is a JSON object: host, port, door ("plain", "starttls" or "smtps"), certificate (the only one that is trusted),
source (the address to connect from), sender, recipient, options (of MAIL), and name, password and mechanism, or none.
"""
import json
import smtplib
import ssl
import sys

plan = json.loads(sys.argv[1])
trust = ssl.create_default_context(cafile=plan["certificate"])
source = (plan["source"], 0)
if plan["door"] == "smtps":
    client = smtplib.SMTP_SSL(plan["host"], plan["port"], context=trust, source_address=source, timeout=30)
else:
    client = smtplib.SMTP(plan["host"], plan["port"], source_address=source, timeout=30)
with client:
    if plan["door"] == "starttls":
        client.starttls(context=trust)
    client.ehlo_or_helo_if_needed()
    if "name" in plan:
        client.user, client.password = plan["name"], plan["password"]
        mechanisms = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}
        client.auth(plan["mechanism"], mechanisms[plan["mechanism"]])
    client.sendmail(plan["sender"], [plan["recipient"]], sys.stdin.buffer.read(), mail_options=plan["options"])
