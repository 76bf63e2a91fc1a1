#!/usr/bin/env python3
"""The self-test of verify-trail.py, which runs it with --self-test.

Well-known test vectors (Certificate Transparency, C2SP, Go, RFC 8785), every proof in small trees with forgeries of
each, and a small log of its own whose exports, evidence files and proofs are forged in some thousand ways. Whatever is
wrong has to be noticed, and whatever is right has to pass.
"""
import base64
import hashlib
import importlib.util
import io
import json
import os
import random
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.dont_write_bytecode = True  # a check leaves nothing behind
specification = importlib.util.spec_from_file_location(
    "verify_trail", os.path.join(os.path.dirname(os.path.realpath(__file__)), "verify-trail.py"))
sys.modules["verify_trail"] = importlib.util.module_from_spec(specification)
specification.loader.exec_module(sys.modules["verify_trail"])

from verify_trail import (  # noqa: E402 (its file has a hyphen and no place on the path)
    Tree, Wrong, canonical, check_consistency, check_evidence, check_export, check_proof, decode_json, is_consistent,
    is_included, leaf_hash, node_hash, open_base, open_checkpoint, open_checkpoints, open_line, open_note, parse_key)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def is_refused(check, *arguments, because=""):
    """Whether a check finds something wrong, and says so in a line of printable ASCII with these words in it."""
    try:
        check(*arguments)
    except Wrong as wrong:
        return because in str(wrong) and str(wrong).isascii() and str(wrong).isprintable()
    return False


# The Merkle tree as RFC 9162 defines it (MTH, PATH, PROOF), of leaf hashes: slow, and not what the verifier uses.


def split(leaves):
    return 1 << (len(leaves) - 1).bit_length() - 1


def mth(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    return node_hash(mth(leaves[:split(leaves)]), mth(leaves[split(leaves):]))


def inclusion_path(index, leaves):
    if len(leaves) < 2:
        return []
    k = split(leaves)
    if index < k:
        return inclusion_path(index, leaves[:k]) + [mth(leaves[k:])]
    return inclusion_path(index - k, leaves[k:]) + [mth(leaves[:k])]


def consistency_path(first, leaves, whole=True):
    if first == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(leaves)
    if first <= k:
        return consistency_path(first, leaves[:k], whole) + [mth(leaves[k:])]
    return consistency_path(first - k, leaves[k:], False) + [mth(leaves[:k])]


def forged_paths(path):
    """Paths that differ from this one: one hash damaged, left out, doubled, in another place or added."""
    for place in range(len(path)):
        yield path[:place] + [bytes([path[place][0] ^ 1]) + path[place][1:]] + path[place + 1:]
        yield path[:place] + path[place + 1:]
        yield path[:place + 1] + path[place:]
        if path[place + 1:]:
            yield path[:place] + [path[place + 1], path[place]] + path[place + 2:]
    yield path + [bytes(32)]
    yield [bytes(32)] + path


CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = """
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
"""
CT_HASHES = {name: bytes.fromhex(digits) for name, digits in {
    "0": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "0-1": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "2-3": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "4-5": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "6-7": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0-3": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4-7": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}.items()}
CT_INCLUSION = {(0, 1): "", (0, 8): "1 2-3 4-7", (5, 8): "4 6-7 0-3", (2, 3): "0-1", (1, 5): "0 2-3 4"}  # index, size
CT_CONSISTENCY = {(1, 1): "", (1, 8): "1 2-3 4-7", (6, 8): "4-5 6-7 0-3", (2, 5): "2-3 4"}  # sizes


def test_trees():
    """Certificate Transparency's test tree; then every proof in small trees, and forgeries of each."""
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES]
    roots, tree = [bytes.fromhex(root) for root in CT_ROOTS.split()], Tree()
    for size, root in enumerate(roots):
        expect(tree.size == size and tree.root() == root == mth(leaves[:size]), f"root of {size} leaves")
        if size < 8:
            tree.append(leaves[size])
    for (index, size), names in CT_INCLUSION.items():
        path = [CT_HASHES[name] for name in names.split()]
        expect(is_included(leaves[index], index, size, path, roots[size]), f"inclusion of {index} in {size}")
    for (first, second), names in CT_CONSISTENCY.items():
        path = [CT_HASHES[name] for name in names.split()]
        expect(is_consistent(first, roots[first], second, roots[second], path), f"consistency of {first} and {second}")

    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(21)]
    roots, proofs, refused = [mth(leaves[:size]) for size in range(len(leaves) + 1)], 0, 0
    for size in range(1, len(leaves) + 1):
        for index in range(size):
            path, what = inclusion_path(index, leaves[:size]), f"inclusion of {index} in {size}"
            expect(is_included(leaves[index], index, size, path, roots[size]), what)
            forgeries = [(leaves[index], index, size, forged, roots[size]) for forged in forged_paths(path)]
            forgeries += [(leaves[other], index, size, path, roots[size]) for other in range(size) if other != index]
            forgeries += [(leaves[index], other, size, path, roots[size]) for other in range(-1, size + 2)]
            forgeries += [(leaves[index], index, other, path, roots[other]) for other in range(len(roots))]
            true = (leaves[index], index, size, path, roots[size])
            expect(not any(is_included(*forgery) for forgery in forgeries if forgery != true), "forged " + what)
            proofs, refused = proofs + 1, refused + len(forgeries)
        for first in range(1, size + 1):
            path, what = consistency_path(first, leaves[:size]), f"consistency of {first} and {size}"
            expect(is_consistent(first, roots[first], size, roots[size], path), what)
            forgeries = [(first, roots[first], size, roots[size], forged) for forged in forged_paths(path)]
            forgeries += [(first, roots[other], size, roots[size], path) for other in range(size + 1) if other != first]
            forgeries += [(other, roots[other], size, roots[size], path) for other in range(1, size + 2)
                          if other != first and other < len(roots)]
            forgeries += [(first, roots[first], size, root, path) for root in roots[:size] + roots[size + 1:]]
            expect(not any(is_consistent(*forgery) for forgery in forgeries), "forged " + what)
            proofs, refused = proofs + 1, refused + len(forgeries)
    expect(not is_consistent(1, roots[1], 3, roots[2], consistency_path(1, leaves[:2])), "a proof that is too short")
    expect(is_consistent(0, roots[0], 5, roots[5], []), "anything begins with nothing")
    expect(not is_consistent(0, roots[1], 5, roots[5], []), "a wrong root of nothing")
    return f"trees: Certificate Transparency's vectors; {proofs} proofs held, {refused} forgeries refused"


NOTES = [  # verifier key, note: the example of C2SP signed-note, and that of Go's sumdb/note
    ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
     "This is an example message.\n\n"
     "\u2014 example.com/foo "
     "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"),
    ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
     "\u2014 PeterNeumann "
     "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"),
]


def test_notes():
    refused = 0
    for vkey, note in NOTES:
        key = parse_key(vkey)
        expect(open_note(note, [key])[0] == note[:note.index("\n\n") + 1], "note of " + vkey)
        other = "\u2014 example.com/other " + base64.b64encode(bytes(68)).decode() + "\n"
        expect(len(open_note(note + other * 15, [key])[1]) == 1, "signatures of unknown keys are ignored")
        for place in range(len(note)):
            before, character, behind = note[:place], note[place], note[place + 1:]
            for forged in (before + behind, before + chr(ord(character) ^ 1) + behind):
                expect(is_refused(open_note, forged, [key]), f"a note changed at {place}")
                refused += 1
        for place in range(len(vkey)):
            forged = vkey[:place] + chr(ord(vkey[place]) ^ 1) + vkey[place + 1:]
            expect(is_refused(parse_key, forged), f"the verifier key {forged}")
            refused += 1
        others = [parse_key(other) for other, _ in NOTES if other != vkey]
        expect(is_refused(open_note, note, others, because="no signature by a key"), "another key")
    return f"signed notes: the examples of C2SP and Go; {refused} forgeries refused"


JCS = [  # RFC 8785: its examples of escaping (3.2.2) and of sorting (3.2.3), and integers beyond 2^53
    (r'"\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/"', "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""),
    (r'{"\u20ac":5,"\r":1,"\ufb33":7,"1":2,"\ud83d\ude00":6,"\u0080":3,"\u00f6":4}',
     '{"\\r":1,"1":2,"\u0080":3,"\u00f6":4,"\u20ac":5,"\U0001f600":6,"\ufb33":7}'),
    (r'"\b\t\n\f\r\u0000\u001F\u007f\u2028\u0065\u0301"', '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u2028e\u0301"'),
    (" { \"b\" : [ 18446744073709551615 , -0, true ], \"a\" : { \"\" : null } } ",
     '{"a":{"":null},"b":[18446744073709551615,0,true]}'),
]
HOSTILE = [
    b"", b"{", b"[" * 1_000_000, b'{"a":' * 100_000, b"1.0", b"1e3", b"NaN", b"-Infinity", b"01", b"9" * 5000, b"1 2",
    b'{"a":1,"a":1}', b'{"a":{"b":1,"\\u0062":2}}', b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf1", b'"\x01"', b"'a'",
    b"{a:1}", b"\0",
]


def test_json():
    for source, result in JCS:
        expect(canonical(decode_json(source.encode())) == result, "canonical form of " + source)
    for source in HOSTILE:
        expect(is_refused(decode_json, source), f"hostile JSON {source[:20]!r}")
    return f"JSON: {len(JCS)} canonical forms, among them those of RFC 8785; {len(HOSTILE)} hostile documents refused"


class Log:
    """A small log that follows the format: what the self-test checks and forges."""

    TRAIL = "0123456789abcdef" * 2

    def __init__(self, size=45, name="login-validator/" + TRAIL):
        self.private, self.name = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), name
        material = b"\x01" + self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        self.key = parse_key(f"{self.name}+{self.key_id.hex()}+{base64.b64encode(material).decode()}")
        self.entries, self.said, first = [], {}, 0  # what is said of a validation entry in an export, by index
        for index in range(size):
            entry = {"index": index, "recordedAt": f"2026-01-31T23:{index // 60 % 60:02}:{index % 60:02}.123Z"}
            if index % 5 == 4:
                state = "superseded" if index % 20 == 19 else "committed"
                entry.update(kind="delivery", details={"first": first, "last": index - 1, "state": state})
                for about in self.said.keys() & set(range(first, index)):
                    self.said[about] = {"delivery": state, "deliveredAt": entry["recordedAt"]}
                first = index + 1
            elif index % 7 == 6:
                entry.update(kind="started", instanceId="a-1", details={"version": "1", "\u00fcber": "\u0001\"\\"})
            else:
                entry.update(kind="validation", decision="kick", reason="tokenInvalid", httpStatus=401, apiCode=-29401,
                             clusterId="c", partition=0, offset=(1 << 53) + 1 + index,
                             occurredAt=-62167219200001 - index, playerId=f"p-{index}",
                             recordDigest="00ff", tokenFingerprint="ab" * 32, instanceId="a-1", kgAppId="900100",
                             message="\u20ac \U0001f600 (401.-29401)")
                if index % 3 == 0:
                    entry.update(decision="lockout", lockout={"regTime": 1, "memo": None, "idType": ["a", {"b": True}]})
                self.said[index] = {"delivery": "in doubt"}
            self.entries.append(entry)
        self.hash()

    def hash(self):
        """Makes the leaves again, after an entry was changed: what the log then signs is wrong from the beginning."""
        self.leaves = [hashlib.sha256(b"\0" + canonical(entry).encode()).digest() for entry in self.entries]

    def sign(self, body):
        signature = base64.b64encode(self.key_id + self.private.sign(body.encode())).decode()
        return f"{body}\n\u2014 {self.name} {signature}\n"

    def checkpoint(self, size):
        return self.sign(f"{self.name}\n{size}\n{base64.b64encode(mth(self.leaves[:size])).decode()}\n")

    def export(self):
        return [json.dumps({**entry, **self.said.get(index, {})}).encode() for index, entry in enumerate(self.entries)]

    def base(self, first, **changed):
        """The tree of the first entries, largest subtrees first."""
        peaks, begin = [], 0
        for level in reversed(range(first.bit_length())):
            if first >> level & 1:
                peaks.append(base64.b64encode(mth(self.leaves[begin:begin + (1 << level)])).decode())
                begin += 1 << level
        return json.dumps({"format": "login-validator-base/1", "size": first, "peaks": peaks, **changed}).encode()

    def proof(self, index, size):
        path = [base64.b64encode(node).decode() for node in inclusion_path(index, self.leaves[:size])]
        return "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}"] + path + ["", self.checkpoint(size)]).encode()

    def consistency(self, first, second):
        path = [base64.b64encode(node).decode() for node in consistency_path(first, self.leaves[:second])]
        return json.dumps({"format": "login-validator-consistency/1", "from": first, "to": second, "proof": path,
                           "checkpoint": self.checkpoint(second)}).encode()

    def evidence(self, indices, deliveries, size=45, **changed):
        def proven(index):
            path = inclusion_path(index, self.leaves[:size])
            return {"entry": self.entries[index], "proof": [base64.b64encode(node).decode() for node in path]}
        return {"format": "login-validator-evidence/1", "trail": self.TRAIL, "verifierKey": self.key.vkey,
                "checkpoint": self.checkpoint(size), "question": {"player": "p-1"}, "askedBy": "auditor",
                "askedAt": "2026-02-01T00:00:00.000Z", "entries": [proven(index) for index in indices],
                "deliveries": [proven(index) for index in deliveries], "uncovered": [size, size + 3], **changed}


def value_of(data):
    """What a forged text means to a reader that is less strict, so that changes without a meaning can be told."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def forged_bytes(dice, data):
    """One bit flipped, one byte left out or the rest cut off."""
    place = dice.randrange(len(data))
    return dice.choice([data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1:],
                        data[:place] + data[place + 1:], data[:place]])


def forge_export(dice, log, checkpoints, trials):
    original, refused = log.export(), 0
    meaning = [value_of(line) for line in original]
    expect("VERIFIED" in check_export(io.BytesIO(b"\n".join(original)), checkpoints)[0], "an export")
    for _ in range(trials):
        lines, place, other = list(original), dice.randrange(len(original)), dice.randrange(len(original))
        kind = dice.randrange(6)
        if kind == 0:
            lines[place], lines[other] = lines[other], lines[place]
        elif kind == 1:
            del lines[place]
        elif kind == 2:
            lines.insert(other, lines[place])
        else:
            lines = forged_bytes(dice, b"\n".join(lines)).split(b"\n")
        if [value_of(line) for line in lines] == meaning:
            continue
        expect(is_refused(check_export, io.BytesIO(b"\n".join(lines)), checkpoints), f"a forged export: {lines}")
        refused += 1
    return refused


UNSIGNED = ("question", "askedAt", "askedBy", "reason", "uncovered")  # of an evidence file; nothing protects these


def forge_evidence(dice, log, trials):
    def signed(document):
        return {name: document[name] for name in document if name not in UNSIGNED} if type(document) is dict else None

    document, refused = log.evidence([0, 1, 3, 6, 12, 38], [4, 14], 39), 0
    data = json.dumps(document).encode()
    expect("VERIFIED" in check_evidence(data, [log.key])[0], "evidence")
    expect("NOT TRUSTED" in check_evidence(data, [])[0], "evidence without a key")
    for _ in range(trials):
        forged = forged_bytes(dice, data)
        if signed(value_of(forged)) != signed(document):
            expect(is_refused(check_evidence, forged, [log.key]), f"a forged evidence: {forged}")
            refused += 1
    return refused


LOG_MISTAKES = [  # what a log must not record, even if it signs it; and what is said of it
    ("entry 3 is in this delivery and in an earlier one", lambda log: log.entries[9]["details"].update(first=3)),
    ("entry 0 says it is in doubt, but", lambda log: log.said.update({0: {"delivery": "in doubt"}})),
    ("entry 1 says 'superseded' at", lambda log: log.said[1].update(delivery="superseded")),
    ("entry 1 says 'committed' at '2", lambda log: log.said[1].update(deliveredAt="2026-01-31T23:59:59.999Z")),
    ("entry 45 says committed, but no delivery", lambda log: log.said[45].update(log.said[0])),
    ("not all before its own", lambda log: log.entries[9]["details"].update(last=9)),
    ("not all before its own", lambda log: log.entries[9]["details"].update(first=-1)),
    ("not all before its own", lambda log: log.entries[9]["details"].update(first=8, last=7)),
    ("state is 'lost'", lambda log: log.entries[9]["details"].update(state="lost")),
    ("no member 'more'", lambda log: log.entries[9]["details"].update(more="x")),
    ("last is missing or not an integer", lambda log: log.entries[9]["details"].update(last="8")),
    ("that is no validation", lambda log: log.said.update({4: log.said[0]})),
    ("that is in doubt", lambda log: log.said[45].update(deliveredAt=None)),
    ("neither committed nor", lambda log: log.said.update({45: {}})),
    ("index 13 where 12", lambda log: log.entries[12].update(index=13)),
    ("index is not an integer", lambda log: log.entries[12].update(index="12")),
    ("attempts is not an integer", lambda log: log.entries[12].update(attempts=True)),
    ("offset is not an integer", lambda log: log.entries[12].update(offset=1 << 63)),
    ("message is not a text", lambda log: log.entries[12].update(message=None)),
    ("recordedAt is not a time", lambda log: log.entries[12].update(recordedAt="2026-13-01T00:00:00.000Z")),
    ("recordedAt is not a time", lambda log: log.entries[12].update(recordedAt=1767225600000)),
    ("recordDigest is not made of", lambda log: log.entries[12].update(recordDigest="00FF")),
    ("lockout is not an object", lambda log: log.entries[12].update(lockout="{}")),
    ("details is not an object of texts", lambda log: log.entries[6].update(details={"port": 1})),
    ("no member 'attempts'", lambda log: log.entries[6].update(attempts=1)),
    ("kind is missing", lambda log: log.entries[12].pop("kind")),
    ("recordedAt is missing", lambda log: log.entries[12].pop("recordedAt")),
]


def test_rules():
    document = '\0{"index":7,"instanceId":"\u20ac","kind":"validation","offset":9007199254740993,"recordedAt":"%s"}'
    when = "2026-01-31T23:59:59.123Z"
    entry = {"recordedAt": when, "offset": 9007199254740993, "kind": "validation", "instanceId": "\u20ac", "index": 7}
    expect(leaf_hash(entry) == hashlib.sha256((document % when).encode()).digest(), "leaf hash")

    for words, mistake in LOG_MISTAKES:
        log = Log(46)
        mistake(log)
        log.hash()
        checkpoints = [open_checkpoint(log.checkpoint(46), [log.key])]
        expect(is_refused(check_export, io.BytesIO(b"\n".join(log.export())), checkpoints, because=words), words)

    log, other, broken = Log(), Log(name="login-validator/" + "f" * 32), Log()
    broken.entries[9]["details"]["first"] = 3
    broken.entries[12]["index"] = 13
    broken.hash()
    root = base64.b64encode(bytes(32)).decode()
    for words, lines, notes in (
            ("entries 40 to 44 are missing", log.export()[:40], log.checkpoint(45)),
            ("contradict each other", log.export(), log.checkpoint(3) + log.sign(f"{log.name}\n3\n{root}\n")),
            ("two trails", log.export(), log.checkpoint(3) + other.checkpoint(4)),
            ("entries 3 to 3: one or more", log.export(), log.checkpoint(3) + log.sign(f"{log.name}\n4\n{root}\n"))):
        checkpoints = open_checkpoints(notes.encode(), [log.key, other.key])
        expect(is_refused(check_export, io.BytesIO(b"\n".join(lines)), checkpoints, because=words), words)
    for words, body in (("origin", f"{other.name}\n3\n{root}\n"), ("decimal", f"{log.name}\n03\n{root}\n"),
                        ("32 bytes", f"{log.name}\n3\nAAAA\n"), ("three lines", f"{log.name}\n3\n{root}\nmore\n"),
                        ("decimal", f"{log.name}\n{1 << 63}\n{root}\n"), ("three lines", f"{log.name}\n3\n")):
        expect(is_refused(open_checkpoint, log.sign(body), [log.key], because=words), "a checkpoint's " + words)
    for words, evidence in (
            ("does not come behind", log.evidence([3, 1], [])),
            ("does not come behind", log.evidence([3, 3], [])),
            ("none of the entries", log.evidence([3], [9])),
            ("is no delivery", log.evidence([3], [2])),
            ("entry 3 is in 4 and in 9", broken.evidence([3], [4, 9])),
            ("no member", log.evidence([3], [], more=1)),
            ("uncovered", log.evidence([3], [], uncovered=[44])),
            ("uncovered", log.evidence([3], [], uncovered=[46, 46])),
            ("of the trail", log.evidence([3], [], trail="0" * 32)),
            ("format", log.evidence([3], [], format="login-validator-evidence/2")),
            ("askedAt", log.evidence([3], [], askedAt=1)),
            ("not a key that was given", other.evidence([3], []))):
        data = json.dumps(evidence).encode()
        expect(is_refused(check_evidence, data, [log.key], because=words), f"evidence: {words}")
    proof = broken.proof(12, 45), *open_line(broken.export()[12])[:2], [log.key]
    expect(is_refused(check_proof, *proof, because="is about entry 12 and the line is entry 13"), "a wrong index")
    for words, older in (("two trails", other.checkpoint(17)), ("leads from", log.checkpoint(16))):
        older = open_checkpoint(older, [log.key, other.key])
        expect(is_refused(check_consistency, log.consistency(17, 45), older, [log.key], because=words), words)
    return f"rules: {len(LOG_MISTAKES) + 25} mistakes that a signature does not mend refused"


def test_bases():
    """An export whose oldest entries were removed, at every place where no delivery reaches over it."""
    dice, log, refused = random.Random(6962), Log(), 0
    lines = log.export()
    notes = "".join(log.checkpoint(size) for size in (10, 17, 45)).encode()
    checkpoints = open_checkpoints(notes, [log.key])
    for first in (0, 5, 10, 15, 20, 40, 45):
        base, rest = log.base(first), b"\n".join(lines[first:])
        said = check_export(io.BytesIO(rest), checkpoints, open_base(base))
        expect("VERIFIED" in said[0], f"an export from {first} on")
        expect(("NOT HERE: entries 0 to" in "".join(said)) == (first > 0), "what is not here")
        expect("".join(said).count("NOT COMPARED") == sum(size < first for size in (10, 17)), "what is not compared")
        for _ in range(150):
            forged = forged_bytes(dice, base)
            if value_of(forged) == value_of(base):
                continue
            expect(is_refused(lambda: check_export(io.BytesIO(rest), checkpoints, open_base(forged))),
                   f"a forged base: {forged}")
            refused += 1
        if first:
            expect(is_refused(check_export, io.BytesIO(rest), checkpoints), "an export without its base")
            expect(is_refused(check_export, io.BytesIO(rest), checkpoints, open_base(log.base(first - 1))), "a base")
            changed = b"\n".join([lines[first - 1]] + lines[first:])
            expect(is_refused(check_export, io.BytesIO(changed), checkpoints, open_base(base)), "an entry too many")
    for words, data in (("peaks do not make", log.base(20, size=21)), ("format", log.base(20, format="x")),
                        ("no member", log.base(20, more=1)), ("32 bytes", log.base(16, peaks=["AAAA"])),
                        ("peaks do not make", log.base(0, size=-1)), ("integer", log.base(16, size="16")),
                        ("peaks do not make", log.base(20, size=(1 << 63) + 1))):
        expect(is_refused(open_base, data, because=words), f"a base: {words}")
    older = open_checkpoints(log.checkpoint(17).encode(), [log.key])
    expect(is_refused(check_export, io.BytesIO(b"\n".join(lines[20:])), older, open_base(log.base(20)),
                      because="give a newer one"), "only checkpoints of what was removed")
    expect(is_refused(check_export, io.BytesIO(b"\n".join(lines[2:])), checkpoints, open_base(log.base(2)),
                      because="which was removed before it"), "a delivery of what was removed")
    return f"bases: exports whose oldest entries were removed; {refused} changed bases refused"


def test_forgeries():
    dice, log = random.Random(9162), Log()
    checkpoints = open_checkpoints("\n".join(log.checkpoint(size) for size in (0, 17, 45, 45)).encode(), [log.key])
    refused = forge_export(dice, log, checkpoints, 1500) + forge_evidence(dice, log, 1500)

    entry, leaf, _ = open_line(log.export()[12])
    proof, consistency = log.proof(12, 17), log.consistency(17, 45)
    expect("VERIFIED" in check_proof(proof, entry, leaf, [log.key])[0], "a tlog-proof")
    expect("VERIFIED" in check_consistency(consistency, checkpoints[1], [log.key])[0], "a consistency proof")
    expect(is_refused(check_proof, proof, *open_line(log.export()[13])[:2], [log.key]), "a tlog-proof of another entry")
    for place in range(len(proof)):
        forged = proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1:]
        expect(is_refused(check_proof, forged, entry, leaf, [log.key]), f"a tlog-proof changed at {place}")
        refused += 1
    for place in range(len(consistency)):
        forged = consistency[:place] + bytes([consistency[place] ^ 1]) + consistency[place + 1:]
        if value_of(forged) != value_of(consistency):
            expect(is_refused(check_consistency, forged, checkpoints[1], [log.key]), f"a consistency proof: {place}")
            refused += 1
    return f"forgeries: {refused} changed exports, evidence files and proofs refused"


def self_test():
    return [test_trees(), test_notes(), test_json(), test_rules(), test_bases(), test_forgeries(),
            "The self-test passed."]
