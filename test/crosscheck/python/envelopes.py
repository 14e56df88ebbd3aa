"""Checks DSSE envelopes, one a line, with packages that others wrote: securesystemslib for the signature, rfc8785 for the
canonical bytes of the statement and of the record that is its subject. Prints `ok <SHA-256 of the payload>` or `no <why>`."""

import hashlib
import json
import sys

import rfc8785
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey


def check(line: str, key: SSlibKey) -> str:
    envelope = Envelope.from_dict(json.loads(line))
    envelope.verify([key], 1)
    # Every number is a double, as in ECMAScript.
    statement = json.loads(envelope.payload, parse_int=float)
    if rfc8785.dumps(statement) != envelope.payload:
        raise ValueError("the payload is not canonical")
    (subject,) = statement["subject"]
    record = rfc8785.dumps(statement["predicate"]["record"])
    if hashlib.sha256(record).hexdigest() != subject["digest"]["sha256"]:
        raise ValueError("the subject is not the record")
    return hashlib.sha256(envelope.payload).hexdigest()


def main() -> None:
    file, pem, keyid = sys.argv[1:]
    with open(pem, "rb") as stream:
        key = SSlibKey.from_crypto(load_pem_public_key(stream.read()), keyid)
    with open(file, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            try:
                print("ok", check(line, key))
            except Exception as error:  # Whatever a mutant does to a library, it does not hold.
                print("no", type(error).__name__)


main()
