"""OpenSSL's side of the cross-check of ML-DSA-65 signatures, by the package `cryptography`.

interop.py sign    reads a JSON list of messages (hex), writes key, message and signature of each
interop.py verify  reads a JSON list of key, message and signature (hex), writes true or false of each
"""

import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey


def sign(messages):
	for message in messages:
		key = MLDSA65PrivateKey.generate()
		yield {
			"key": key.public_key().public_bytes_raw().hex(),
			"message": message,
			"signature": key.sign(bytes.fromhex(message)).hex(),
		}


def verify(signed):
	for case in signed:
		key = MLDSA65PublicKey.from_public_bytes(bytes.fromhex(case["key"]))
		try:
			key.verify(bytes.fromhex(case["signature"]), bytes.fromhex(case["message"]))
			yield True
		except InvalidSignature:
			yield False


json.dump(list({"sign": sign, "verify": verify}[sys.argv[1]](json.load(sys.stdin))), sys.stdout)
