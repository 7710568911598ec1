"""What others' libraries say of Pantheon's bytes: OpenSSL by the package `cryptography`, CBOR by `cbor2`, timestamps by
the OpenTimestamps reference implementation. JSON on standard input and output, bytes in hex.

interop.py sign         reads a list of messages, writes key, message and signature of each
interop.py verify       reads a list of key, message and signature, writes true or false of each
interop.py transparent  reads a list of transparent statement, log key and operator key, writes of each what it shows:
                        log root, size, index, and the digest of the statement without receipts; null if it doesn't hold
interop.py ots          reads a list of timestamp files, writes of each the digest, the block's height and Merkle root,
                        and the file as the reference implementation writes it; null if it can't be read
"""

import hashlib
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile

COSE_SIGN1 = 18
ALG, KID, CWT_CLAIMS, RECEIPTS, VDS, VDP = 1, 4, 15, 394, 395, 396
ML_DSA_65, RFC9162_SHA256, INCLUSION = -49, 1, -1
# The one claim that the standards don't have (docs/formats/cose-receipt.md).
LOG_SIZE = -65537


def sha256(*parts):
	return hashlib.sha256(b"".join(parts)).digest()


def sign(message):
	key = MLDSA65PrivateKey.generate()
	return {
		"key": key.public_key().public_bytes_raw().hex(),
		"message": message,
		"signature": key.sign(bytes.fromhex(message)).hex(),
	}


def signed(key, message, signature):
	try:
		MLDSA65PublicKey.from_public_bytes(key).verify(signature, message)
		return True
	except InvalidSignature:
		return False


def verify(case):
	return signed(*(bytes.fromhex(case[name]) for name in ("key", "message", "signature")))


class Refused(Exception):
	"""It does not hold, or is not what the standard says."""


def insist(holds, what):
	if not holds:
		raise Refused(what)


def cose_sign1(data):
	message = cbor2.loads(data)
	insist(isinstance(message, cbor2.CBORTag) and message.tag == COSE_SIGN1, "tagged COSE_Sign1")
	insist(len(message.value) == 4, "four parts")
	return message.value


def to_be_signed(protected, payload):
	"""RFC 9052, section 4.4."""
	return cbor2.dumps(["Signature1", protected, b"", payload])


def inclusion_root(leaf, index, size, path):
	"""RFC 9162, section 2.1.3.2, word for word."""
	insist(index < size, "index below size")
	fn, sn, r = index, size - 1, leaf
	for p in path:
		insist(sn != 0, "path not too long")
		if fn & 1 or fn == sn:
			r = sha256(b"\x01", p, r)
			while not fn & 1 and fn != 0:
				fn, sn = fn >> 1, sn >> 1
		else:
			r = sha256(b"\x01", r, p)
		fn, sn = fn >> 1, sn >> 1
	insist(sn == 0, "path not too short")
	return r


def transparent(case):
	data, log_key, operator_key = (bytes.fromhex(case[name]) for name in ("transparent", "log_key", "operator_key"))
	protected, unprotected, payload, signature = cose_sign1(data)
	# The statement as the log has it: without receipts. RFC 9943.
	receipts = unprotected[RECEIPTS]
	insist(list(unprotected) == [RECEIPTS] and len(receipts) == 1, "one receipt and nothing else")
	statement = cbor2.dumps(cbor2.CBORTag(COSE_SIGN1, [protected, {}, payload, signature]))
	header = cbor2.loads(protected)
	insist(header[ALG] == ML_DSA_65 and header[KID] == sha256(operator_key), "the seal's header")
	insist(signed(operator_key, to_be_signed(protected, payload), signature), "the seal")

	# The receipt. RFC 9942, sections 4.3 and 5.2.
	protected, unprotected, payload, signature = cose_sign1(receipts[0])
	header = cbor2.loads(protected)
	insist(header[ALG] == ML_DSA_65 and header[VDS] == RFC9162_SHA256, "the receipt's header")
	insist(header[KID] == sha256(log_key) and payload is None, "the log key's, detached")
	proofs = unprotected[VDP][INCLUSION]
	insist(list(unprotected) == [VDP] and list(unprotected[VDP]) == [INCLUSION] and len(proofs) == 1, "one proof")
	size, index, path = cbor2.loads(proofs[0])
	insist(header[CWT_CLAIMS][LOG_SIZE] == size, "the size that is signed")
	entry = b"\x00" + sha256(statement)
	root = inclusion_root(sha256(b"\x00", entry), index, size, path)
	insist(signed(log_key, to_be_signed(protected, root), signature), "the receipt's signature")
	return {
		"root": root.hex(),
		"size": size,
		"index": index,
		"statement": sha256(statement).hex(),
		"issuer": header[CWT_CLAIMS][1],
		"log": header[CWT_CLAIMS][2],
	}


def ots(file):
	data = bytes.fromhex(file)
	context = BytesDeserializationContext(data)
	stamp = DetachedTimestampFile.deserialize(context)
	context.assert_eof()
	((message, attestation),) = stamp.timestamp.all_attestations()
	insist(isinstance(attestation, BitcoinBlockHeaderAttestation), "Bitcoin's attestation")
	written = BytesSerializationContext()
	stamp.serialize(written)
	return {
		"digest": stamp.file_digest.hex(),
		"height": attestation.height,
		"root": message.hex(),
		"file": written.getbytes().hex(),
	}


def or_none(judge):
	def judged(case):
		try:
			return judge(case)
		# Whatever a changed byte leads to.
		except Exception as reason:
			print(f"refused: {reason!r}", file=sys.stderr)
			return None

	return judged


COMMANDS = {"sign": sign, "verify": verify, "transparent": or_none(transparent), "ots": or_none(ots)}
json.dump([COMMANDS[sys.argv[1]](case) for case in json.load(sys.stdin)], sys.stdout)
