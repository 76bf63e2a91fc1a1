#!/usr/bin/env python3
"""Checks what login-validator's audit trail gives away, without any of login-validator's code.

Written from the description of the format alone (Sources/AuditTrail/AuditTrail.docc/TrailFormat.md) and from what that
builds on: RFC 9162 section 2.1 (Merkle trees and their proofs), RFC 8785 (canonical JSON) and C2SP's signed-note,
tlog-checkpoint and tlog-proof. Needs Python 3.9 and, for Ed25519 only, the package "cryptography".

  verify-trail.py export FILE --checkpoint FILE --key VKEY    a whole trail (audit export --format ndjson)
  verify-trail.py evidence FILE [--key VKEY]                  an evidence file (audit evidence)
  verify-trail.py proof FILE ENTRY --key VKEY                 a tlog-proof (audit prove --index), and the entry's line
  verify-trail.py consistency FILE OLDER --key VKEY           a proof (audit prove --from-size), and a checkpoint kept
    --base FILE                                               with it, one whose oldest entries were removed by policy
  verify-trail.py --self-test                                 known test vectors, and some thousand forgeries

A FILE of - is the standard input. VKEY is the log's verifier key; get it from somebody you trust and not from whoever
gave you the files. --checkpoint and --key can be repeated; a file may hold several checkpoints, one behind the other.

Exit status: 0 verified, 1 something is wrong (standard output says where and what), 2 usage or unreadable input.

The parts, in order: what is wrong; JSON; entries and their leaf hashes; trees and proofs; signed notes and checkpoints;
deliveries; the four checks; the command line. The self-test is in verify-trail-self-test.py.
"""
import argparse
import base64
import collections
import hashlib
import json
import os
import re
import runpy
import sys
from bisect import bisect_left, bisect_right

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("The Python package cryptography is missing: pip install cryptography", file=sys.stderr)
    sys.exit(2)

LONGEST_LINE = 4 << 20  # bytes of one exported entry
LARGEST_FILE = 512 << 20  # bytes of any file that is read whole
LONGEST_NUMBER = 100  # digits
LONGEST_SHOWN = 200  # characters
MOST_SIGNATURES = 100  # of a note
MOST_WAITING = 1_000_000  # entries that say they were delivered, before the delivery comes


# ---- What is wrong ----


class Wrong(Exception):
    """What was given is not what it should be. The message names the place and the rule, in one line of ASCII."""


class Unreadable(Exception):
    """A file could not be read, or an argument makes no sense."""


def shown(value):
    """A value of the input, fit to be printed: short, and without any character that a terminal would obey."""
    if type(value) not in (str, int):
        return {list: "a list", dict: "an object"}.get(type(value), repr(value))
    return ascii(value if type(value) is int or len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "...")


# ---- JSON, without anything that two readers could understand differently ----


def members_once(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = collections.Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise Wrong(f"the member {shown(twice)} is there more than once")
    return members


def refuse_float(digits):
    raise Wrong(f"{shown(digits)} is not an integer")


def bounded_integer(digits):
    if len(digits) > LONGEST_NUMBER:
        raise Wrong(f"a number has more than {LONGEST_NUMBER} digits")
    return int(digits)


ABSENT = ()  # what stands for a member that is not there; no JSON value becomes an empty tuple

JSON = json.JSONDecoder(object_pairs_hook=members_once, parse_int=bounded_integer, parse_float=refuse_float,
                        parse_constant=refuse_float)


def decode_text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"byte {error.start} is not valid UTF-8") from None


def decode_json(data):
    try:
        return JSON.decode(decode_text(data))
    except json.JSONDecodeError as error:
        raise Wrong(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise Wrong("nested too deeply") from None


NAMES_OF_TYPES = {str: "a text", int: "an integer", list: "a list", dict: "an object"}


def member(document, name, kind):
    """The member of an object, which must be there and of that Python type."""
    if type(document.get(name)) is not kind:
        raise Wrong(f"{name} is missing or not {NAMES_OF_TYPES[kind]}")
    return document[name]


def only_members(document, required, optional=()):
    """Refuses anything that is no object with exactly these members."""
    if type(document) is not dict:
        raise Wrong("not an object")
    for name in required:
        if name not in document:
            raise Wrong(f"the member {name} is missing")
    for name in document:
        if name not in required and name not in optional:
            raise Wrong(f"there is no member {shown(name)} in this format")


quote = json.encoder.encode_basestring  # escapes exactly what RFC 8785 section 3.2.2.2 escapes


def canonical(value):
    """RFC 8785, for everything but fractions: members sorted by their names' UTF-16 code units, no white space."""
    if type(value) is dict:
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(quote(name) + ":" + canonical(value[name]) for name in names) + "}"
    if type(value) is list:
        return "[" + ",".join(map(canonical, value)) + "]"
    if type(value) is str:
        return quote(value)
    if type(value) is int:
        return str(value)
    return {True: "true", False: "false", None: "null"}[value]


# ---- Entries and their leaf hashes (TrailFormat, "The leaf of an entry") ----

# Each of these writes a member's value in canonical form, if it is of the right type.


def text(name, value):
    if type(value) is not str:
        raise Wrong(f"{name} is not a text")
    return quote(value)


def integer(name, value):
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise Wrong(f"{name} is not an integer of 64 bits")
    return str(value)


TIME = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
                  r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")
FIRST_MILLISECOND, LAST_MILLISECOND = -62_167_219_200_000, 253_402_300_799_999  # of the years 0 and 9999


def time(name, value):
    if type(value) is str and TIME.fullmatch(value):
        return '"' + value + '"'
    if type(value) is int and not FIRST_MILLISECOND <= value <= LAST_MILLISECOND:
        return integer(name, value)
    raise Wrong(f"{name} is not a time such as 2026-01-31T23:59:59.123Z")


HEXADECIMAL = re.compile(r"([0-9a-f]{2})+")


def hexadecimal(name, value):
    if type(value) is not str or not HEXADECIMAL.fullmatch(value):
        raise Wrong(f"{name} is not made of pairs of the digits 0-9 and a-f")
    return '"' + value + '"'


def document(name, value):
    if type(value) is not dict:
        raise Wrong(f"{name} is not an object")
    return canonical(value)


def texts(name, value):
    if type(value) is not dict or not all(type(item) is str for item in value.values()):
        raise Wrong(f"{name} is not an object of texts")
    return canonical(value)


ANY = {"index": integer, "instanceId": text, "kind": text, "recordedAt": time}
DELIVERY = {**ANY, "details": document}
SERVICE = {**ANY, "details": texts, "kgAppId": text, "message": text}
VALIDATION = {
    **ANY, "apiCode": integer, "attempts": integer, "clusterId": text, "decision": text, "eventId": text,
    "httpStatus": integer, "kgAppId": text, "lockout": document, "message": text,
    "occurredAt": time, "offset": integer, "overriddenPlatform": text, "partition": integer, "platform": text,
    "platformLatencyMicroseconds": integer, "playerId": text, "playerStatus": text, "policyVersion": text,
    "reason": text, "recordDigest": hexadecimal, "sessionId": text, "tokenFingerprint": hexadecimal, "topic": text,
    "traceId": text,
}
MEMBERS = {"validation": VALIDATION, "delivery": DELIVERY}  # of any other kind: SERVICE


def leaf_hash(entry):
    """SHA-256 of 0x00 and the entry's canonical form; refuses members that an entry of its kind does not have."""
    if type(entry) is not dict:
        raise Wrong("an entry is not an object")
    members = MEMBERS.get(member(entry, "kind", str), SERVICE)
    if "index" not in entry or "recordedAt" not in entry:
        raise Wrong("index or recordedAt is missing")
    for name in entry.keys() - members.keys():
        raise Wrong(f"an entry of the kind {shown(entry['kind'])} has no member {shown(name)}")
    try:
        written = ",".join([f'"{name}":{members[name](name, entry[name])}' for name in sorted(entry)])
        return hashlib.sha256(b"\x00{" + written.encode("utf-8") + b"}").digest()
    except RecursionError:
        raise Wrong("nested too deeply") from None
    except UnicodeEncodeError:
        raise Wrong("a text has half of a surrogate pair") from None


def open_line(line):
    """The entry of an export's line, its leaf's hash, and what the line says of its delivery (no part of the leaf)."""
    entry = decode_json(line)
    if type(entry) is not dict:
        raise Wrong("not an object")
    said = entry.pop("delivery", ABSENT), entry.pop("deliveredAt", ABSENT)
    return entry, leaf_hash(entry), said


# ---- Trees and proofs (RFC 9162 section 2.1) ----


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree, of which only the roots of the complete subtrees are kept: one for each 1 bit of the size."""

    def __init__(self, size=0, subtrees=()):
        self.size = size
        self.subtrees = list(subtrees)  # the largest, which is the leftmost, first

    def append(self, leaf):
        size = self.size
        while size & 1:  # the last subtree is as large as what is appended: together they are one
            leaf = node_hash(self.subtrees.pop(), leaf)
            size >>= 1
        self.subtrees.append(leaf)
        self.size += 1

    def root(self):
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        root = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            root = node_hash(subtree, root)
        return root


def is_included(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2, with its names."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def is_consistent(first, first_hash, second, second_hash, path):
    """RFC 9162 section 2.1.4.2, with its names. Beyond it: equal trees, and the empty one, need no proof."""
    if first == second or first == 0:
        return not path and first_hash == (second_hash if first else hashlib.sha256(b"").digest())
    if first > second or not path:
        return False
    if first & (first - 1) == 0:  # a power of two
        path = [first_hash] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_hash and sr == second_hash


# ---- Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint) ----

Key = collections.namedtuple("Key", "name id public vkey")  # the id: 4 bytes
Checkpoint = collections.namedtuple("Checkpoint", "origin size root signers")  # the signers: verifier keys


def decode_base64(value):
    """Standard base64, in the one way it can be written."""
    try:
        data = base64.b64decode(value, validate=True)
        if base64.b64encode(data).decode() == value:
            return data
    except (TypeError, ValueError):
        pass
    raise Wrong(f"{shown(value)} is not strict base64")


def decode_hash(value):
    data = decode_base64(value)
    if len(data) != 32:
        raise Wrong(f"{shown(value)} is not a hash of 32 bytes")
    return data


def decode_number(value):
    if not re.fullmatch("0|[1-9][0-9]{0,18}", value) or int(value) >= 1 << 63:
        raise Wrong(f"{shown(value)} is not a number in decimal without leading zeros")
    return int(value)


def is_key_name(name):
    return name != "" and "+" not in name and not any(character.isspace() for character in name)


def parse_key(vkey):
    """<name>+<key id>+<base64 of 0x01 and the public key>, where the key id follows from the rest."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]) or not vkey.isprintable():
        raise Wrong(f"{shown(vkey)} is not a verifier key (<name>+<key id>+<base64>)")
    name, material = parts[0], decode_base64(parts[2])
    if len(material) != 33 or material[0] != 1:
        raise Wrong(f"{shown(vkey)} is not an Ed25519 key")
    key_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if parts[1] != key_id.hex():
        raise Wrong(f"the verifier key {shown(vkey)} is damaged: its key id should be {key_id.hex()}")
    return Key(name, key_id, Ed25519PublicKey.from_public_bytes(material[1:]), vkey)


def open_note(note, keys):
    """The text of a signed note, and those of the keys that signed it. Other signatures are ignored."""
    body, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise Wrong("not a signed note: no signatures behind an empty line")
    if any(character < " " and character != "\n" for character in note):
        raise Wrong("not a signed note: it has control characters")
    body, lines, signers = body + "\n", signatures[:-1].split("\n"), []
    if len(lines) > MOST_SIGNATURES:
        raise Wrong(f"more than {MOST_SIGNATURES} signatures")
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not is_key_name(parts[1]):
            raise Wrong(f"not a signature line: {shown(line)}")
        signature = decode_base64(parts[2])
        if len(signature) < 5:
            raise Wrong(f"a signature is too short: {shown(line)}")
        for key in keys:
            if (key.name, key.id) == (parts[1], signature[:4]):
                try:
                    key.public.verify(signature[4:], body.encode())
                except InvalidSignature:
                    raise Wrong(f"the signature of {shown(key.vkey)} does not fit the text") from None
                signers.append(key)
    if not signers:
        raise Wrong("no signature by a key that was given; signed by: " + shown(signatures))
    return body, signers


def open_checkpoint(note, keys):
    body, signers = open_note(note, keys)
    lines = body.split("\n")
    if len(lines) != 4 or lines[0] == "":
        raise Wrong("a checkpoint's text is not three lines (origin, size, root)")
    signers = [key.vkey for key in signers if key.name == lines[0]]
    if not signers:
        raise Wrong(f"the origin {shown(lines[0])} is not the name of a key that signed")
    return Checkpoint(lines[0], decode_number(lines[1]), decode_hash(lines[2]), signers)


def open_checkpoints(data, keys):
    """All checkpoints of a file: notes one behind the other, with or without empty lines between them."""
    notes, signed = [[]], False
    for line in decode_text(data).split("\n"):
        signature = line.startswith("\u2014 ")
        if signed and not signature:  # a line behind a note's last signature belongs to the next note
            notes.append([])
        signed = signature
        if line != "" or notes[-1]:
            notes[-1].append(line + "\n")
    checkpoints = []
    for number, note in enumerate(filter(None, notes), 1):
        try:
            checkpoints.append(open_checkpoint("".join(note), keys))
        except Wrong as wrong:
            raise Wrong(f"checkpoint {number}: {wrong}") from None
    if not checkpoints:
        raise Wrong("no checkpoint in it")
    return checkpoints


# ---- Deliveries (TrailFormat, "Deliveries") ----

Delivery = collections.namedtuple("Delivery", "index first last state time")


def parse_delivery(entry):
    index, details = entry["index"], member(entry, "details", dict)
    only_members(details, ("first", "last", "state"))
    first, last, state = member(details, "first", int), member(details, "last", int), member(details, "state", str)
    if not 0 <= first <= last < index:
        raise Wrong(f"a delivery is about entries {first} to {last}, which are not all before its own index {index}")
    if state not in ("committed", "superseded"):
        raise Wrong(f"a delivery's state is {shown(state)}")
    return Delivery(index, first, last, state, entry["recordedAt"])


class Deliveries:
    """Holds what the validation entries' lines say against what the delivery entries say.

    It remembers one byte an entry (its mark), and what a line says until the delivery comes. A delivery is never about
    entries before the first: what is removed from a trail takes its deliveries with it.
    """

    OTHER, IN_DOUBT, WAITING, DELIVERED = range(4)  # OTHER: no validation; a delivery means nothing to it

    def __init__(self, first=0):
        self.first = first  # the index of the first entry
        self.marks = bytearray()
        self.waiting = {}  # index: (state, time), in ascending order
        self.counts = collections.Counter()

    def read(self, entry, said):
        """Takes the next entry; `said` are its line's `delivery` and `deliveredAt`."""
        mark = self.OTHER
        if entry["kind"] == "validation":
            state, when = said
            if state not in ("committed", "superseded", "in doubt"):
                raise Wrong("delivery is neither committed nor superseded nor in doubt")
            if state == "in doubt":
                mark = self.IN_DOUBT
                if when != ABSENT:
                    raise Wrong("deliveredAt in an entry that is in doubt")
            else:
                mark = self.WAITING
                if when == ABSENT:
                    raise Wrong("deliveredAt is missing")
                self.waiting[entry["index"]] = said
                if len(self.waiting) > MOST_WAITING:
                    self.refuse_waiting()
            self.counts[state] += 1
        elif said != (ABSENT, ABSENT):
            raise Wrong("delivery or deliveredAt in an entry that is no validation")
        elif entry["kind"] == "delivery":
            self.deliver(parse_delivery(entry))
            self.counts["delivery"] += 1
        else:
            self.counts["service"] += 1
        self.marks.append(mark)

    def deliver(self, delivery):
        if delivery.first < self.first:
            raise Wrong(f"a delivery is about entry {delivery.first}, which was removed before it")
        place, end = delivery.first - self.first, delivery.last + 1 - self.first
        twice = self.marks.find(self.DELIVERED, place, end)
        if twice >= 0:
            raise Wrong(f"entry {self.first + twice} is in this delivery and in an earlier one")
        doubt = self.marks.find(self.IN_DOUBT, place, end)
        if doubt >= 0:
            raise Wrong(f"entry {self.first + doubt} says it is in doubt, but this delivery says {delivery.state}")
        place = self.marks.find(self.WAITING, place, end)
        while place >= 0:
            said = self.waiting.pop(self.first + place)
            if said != (delivery.state, delivery.time):
                raise Wrong(f"entry {self.first + place} says {shown(said[0])} at {shown(said[1])}, but this delivery "
                            f"says {delivery.state} at {delivery.time}")
            self.marks[place] = self.DELIVERED
            place = self.marks.find(self.WAITING, place + 1, end)

    def refuse_waiting(self):
        for index, (state, _) in self.waiting.items():
            raise Wrong(f"entry {index} says {state}, but no delivery entry says so")


# ---- The four checks. Each returns the lines to print. ----


def open_base(data):
    """The tree of the entries that were removed from the old end: its size and its complete subtrees' roots alone.

    Nobody signs it. The first checkpoint that the export is held against does: its root is made of these too.
    """
    base = decode_json(data)
    only_members(base, ("format", "size", "peaks"))
    if base["format"] != "login-validator-base/1":
        raise Wrong(f"format is {shown(base['format'])} and not 'login-validator-base/1'")
    size, peaks = member(base, "size", int), [decode_hash(value) for value in member(base, "peaks", list)]
    if not 0 <= size < 1 << 63 or len(peaks) != bin(size).count("1"):
        raise Wrong(f"{len(peaks)} peaks do not make a tree of {shown(size)} entries")
    return Tree(size, peaks)


def check_export(file, checkpoints, tree=None):
    """An export without filters, read line by line, against checkpoints whose signatures are verified.

    The tree is that of the entries before the export's first.
    """
    tree = tree or Tree()
    first, old = tree.size, [checkpoint for checkpoint in checkpoints if checkpoint.size < tree.size]
    checkpoints = [checkpoint for checkpoint in checkpoints if checkpoint.size >= first]
    if not checkpoints:
        raise Wrong(f"the checkpoints are all of fewer than {first} entries, and those were removed: give a newer one")
    checkpoints = collections.deque(sorted(checkpoints, key=lambda checkpoint: checkpoint.size))
    for earlier, later in zip(checkpoints, list(checkpoints)[1:]):
        if earlier.origin != later.origin:
            raise Wrong(f"checkpoints of two trails: {shown(earlier.origin)} and {shown(later.origin)}")
        if earlier.size == later.size and earlier.root != later.root:
            raise Wrong(f"two signed checkpoints of {later.size} entries contradict each other: it has two histories")
    count, newest, held = len(checkpoints), checkpoints[-1], None
    deliveries = Deliveries(first)
    while True:
        while checkpoints and checkpoints[0].size == tree.size:
            if tree.root() != checkpoints[0].root:
                begin = held.size if held else first
                raise Wrong(f"entries {begin} to {tree.size - 1}: one or more of them were changed, removed, inserted "
                            f"or moved{', or the base is wrong' if first else ''}: the root of the first {tree.size} "
                            "entries is not the one that was signed")
            held = checkpoints.popleft()
        line = file.readline(LONGEST_LINE + 1)
        if not line:
            break
        try:
            if len(line) > LONGEST_LINE:
                raise Wrong(f"longer than {LONGEST_LINE} bytes")
            entry, leaf, said = open_line(line)
            if entry["index"] != tree.size:
                raise Wrong(f"index {entry['index']} where {tree.size} should follow; does the export have filters?")
            deliveries.read(entry, said)
        except Wrong as wrong:
            raise Wrong(f"line {tree.size - first + 1}, which should be entry {tree.size}: {wrong}") from None
        tree.append(leaf)
    if checkpoints:
        raise Wrong(f"cut off: the trail ends with {tree.size} entries, but {newest.size} were signed; "
                    f"entries {tree.size} to {newest.size - 1} are missing")
    deliveries.refuse_waiting()
    counts = deliveries.counts
    lines = [
        f"VERIFIED: {f'entries {first} to {newest.size - 1}' if first else f'the first {newest.size}'} of {tree.size} "
        f"entries are what {shown(newest.origin)} signed; none of "
        "them was changed, removed, inserted or moved.",
        f"Held against {count} checkpoint(s); the newest is signed by {shown(newest.signers[0])}.",
        f"Validations: {counts['committed']} committed, {counts['superseded']} superseded, {counts['in doubt']} in "
        f"doubt, as the {counts['delivery']} delivery entries say. Service entries: {counts['service']}.",
    ]
    if first:
        lines.append(f"NOT HERE: entries 0 to {first - 1}, which were removed by policy; their hashes are in the tree.")
    lines += [f"NOT COMPARED: the checkpoint of {checkpoint.size} entries, all of which were removed. Its consistency "
              "with a newer one can be proven (audit prove --from-size)." for checkpoint in old]
    if tree.size > newest.size:
        lines.append(f"NOT PROVEN: entries {newest.size} to {tree.size - 1}, and deliveries among them; they are "
                     "behind the newest checkpoint.")
    return lines


def included(items, place, checkpoint):
    """The entries of a list of {"entry", "proof"} whose inclusion is proven, by index; the list must ascend."""
    entries, previous = {}, -1
    for number, item in enumerate(items):
        try:
            only_members(item, ("entry", "proof"))
            entry, proof = item["entry"], [decode_hash(value) for value in member(item, "proof", list)]
            leaf, index = leaf_hash(entry), entry["index"]
            if index <= previous:
                raise Wrong(f"index {index} does not come behind {previous}")
            if not is_included(leaf, index, checkpoint.size, proof, checkpoint.root):
                raise Wrong(f"entry {index} as it stands here is not proven to be in the tree of {checkpoint.size}")
        except Wrong as wrong:
            raise Wrong(f"{place}[{number}]: {wrong}") from None
        entries[index], previous = entry, index
    return entries


def check_evidence(data, keys):
    """An evidence file, with the keys that are trusted; with none, only against the key in the file itself."""
    evidence = decode_json(data)
    only_members(evidence, ("format", "trail", "verifierKey", "checkpoint", "question", "askedAt", "askedBy", "entries",
                            "deliveries", "uncovered"), optional=("reason",))
    if evidence["format"] != "login-validator-evidence/1":
        raise Wrong(f"format is {shown(evidence['format'])} and not 'login-validator-evidence/1'")
    for name, check in (("question", texts), ("askedAt", time), ("askedBy", text), ("reason", text)):
        if name in evidence:
            check(name, evidence[name])
    own = parse_key(member(evidence, "verifierKey", str))
    if keys and own.vkey not in [key.vkey for key in keys]:
        raise Wrong(f"verifierKey is {shown(own.vkey)}, which is not a key that was given")
    checkpoint = open_checkpoint(member(evidence, "checkpoint", str), [own])
    trail = member(evidence, "trail", str)
    if not re.fullmatch("[0-9a-f]{32}", trail):
        raise Wrong("trail is not an id of 32 hexadecimal digits")
    default_origin = checkpoint.origin.startswith("login-validator/")
    if default_origin and checkpoint.origin != "login-validator/" + trail:
        raise Wrong(f"the checkpoint is of {shown(checkpoint.origin)} and not of the trail {trail}")

    entries = included(member(evidence, "entries", list), "entries", checkpoint)
    validations = [index for index, entry in entries.items() if entry["kind"] == "validation"]
    delivered = {}  # index of a validation entry: its delivery
    for index, entry in included(member(evidence, "deliveries", list), "deliveries", checkpoint).items():
        if entry["kind"] != "delivery":
            raise Wrong(f"deliveries: entry {index} is no delivery")
        delivery = parse_delivery(entry)
        begin, end = bisect_left(validations, delivery.first), bisect_right(validations, delivery.last)
        if begin == end:
            raise Wrong(f"deliveries: entry {index} is about none of the entries")
        for about_index in validations[begin:end]:
            if about_index in delivered:
                raise Wrong(f"deliveries: entry {about_index} is in {delivered[about_index].index} and in {index}")
            delivered[about_index] = delivery
    previous = checkpoint.size - 1
    for index in member(evidence, "uncovered", list):
        if type(index) is not int or index <= previous:
            raise Wrong(f"uncovered: {shown(index)} is no index, not in ascending order, or covered by the checkpoint")
        previous = index

    lines = [
        ("VERIFIED: " if keys else "CONSISTENT, BUT NOT TRUSTED: ")
        + f"{len(entries)} entries stand here as they do in the tree of {checkpoint.size} entries that "
        f"{shown(checkpoint.origin)} signed."
    ]
    if not keys:
        lines.append(f"The signature was checked only against the key that came along, {shown(own.vkey)}: whoever made "
                     "the file can have made that key too. Give --key with one you had before.")
    for index in list(entries)[:20]:
        line = "  " + described(entries[index])
        if index in delivered:
            line += f", {delivered[index].state} at {delivered[index].time} (entry {delivered[index].index})"
        elif entries[index]["kind"] == "validation":
            line += ", no delivery here"
        lines.append(line)
    if len(entries) > 20:
        lines.append(f"  ... and {len(entries) - 20} more")
    lines.append("NOT PROVEN: that nothing else fits the question; that an entry without a delivery here has none; "
                 "what was asked, when, by whom and why; the list of uncovered entries"
                 + ("." if default_origin else "; the trail's id.") + " No signature covers these.")
    return lines


def described(entry):
    """One line about an entry, for people."""
    words = [f"entry {entry['index']}", str(entry["recordedAt"]), shown(entry["kind"])]
    words += [f"{name} {shown(entry[name])}" for name in ("decision", "reason", "kgAppId", "playerId") if name in entry]
    return ", ".join(words)


def check_proof(data, entry, leaf, keys):
    """A C2SP tlog-proof and the entry it is about."""
    head, blank, note = decode_text(data).partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Wrong("not a tlog-proof: the first line is not 'c2sp.org/tlog-proof@v1'")
    if lines and lines[0].startswith("extra "):
        decode_base64(lines.pop(0)[len("extra "):])  # nothing signs it, and nothing here needs it
    if not blank or not lines or not lines[0].startswith("index "):
        raise Wrong("not a tlog-proof: no line with the index, or no checkpoint behind an empty line")
    index, path = decode_number(lines[0][len("index "):]), [decode_hash(line) for line in lines[1:]]
    checkpoint = open_checkpoint(note, keys)
    if entry["index"] != index:
        raise Wrong(f"the proof is about entry {index} and the line is entry {entry['index']}")
    if not is_included(leaf, index, checkpoint.size, path, checkpoint.root):
        raise Wrong(f"entry {index} as it stands here is not proven to be in the tree of {checkpoint.size}")
    return [f"VERIFIED: the entry is in the tree of {checkpoint.size} entries that {shown(checkpoint.origin)} signed.",
            "  " + described(entry),
            "NOT PROVEN: whether and when its outcome was delivered; that is in another entry."]


def check_consistency(data, older, keys):
    """The newer checkpoint's tree begins with the older one's, unchanged."""
    proof = decode_json(data)
    only_members(proof, ("format", "from", "to", "proof", "checkpoint"))
    if proof["format"] != "login-validator-consistency/1":
        raise Wrong(f"format is {shown(proof['format'])} and not 'login-validator-consistency/1'")
    newer = open_checkpoint(member(proof, "checkpoint", str), keys)
    path = [decode_hash(value) for value in member(proof, "proof", list)]
    if older.origin != newer.origin:
        raise Wrong(f"checkpoints of two trails: {shown(older.origin)} and {shown(newer.origin)}")
    sizes = member(proof, "from", int), member(proof, "to", int)
    if sizes != (older.size, newer.size):
        raise Wrong(f"the proof leads from {shown(sizes[0])} to {shown(sizes[1])} entries, but the checkpoints have "
                    f"{older.size} and {newer.size}")
    if not is_consistent(older.size, older.root, newer.size, newer.root, path):
        raise Wrong(f"the tree of {newer.size} entries is not proven to begin with that of {older.size}")
    return [f"VERIFIED: the {newer.size} entries that {shown(newer.origin)} signed begin with the {older.size} entries "
            "of the older checkpoint, unchanged."]


# ---- The command line ----


def open_file(name):
    try:
        return sys.stdin.buffer if name == "-" else open(name, "rb")
    except (OSError, ValueError) as error:
        raise Unreadable(f"{shown(name)}: {error.__class__.__name__}") from None


def read_file(name):
    with open_file(name) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"{shown(name)} has more than {LARGEST_FILE} bytes")
    return data


def within(name, check, *arguments):
    """Runs a check; what it finds wrong is wrong in that file."""
    try:
        return check(*arguments)
    except Wrong as wrong:
        raise Wrong(f"{shown(name)}: {wrong}") from None


def run(arguments):
    try:
        keys = [parse_key(vkey) for vkey in arguments.key]
    except Wrong as wrong:
        raise Unreadable(f"--key: {wrong}") from None
    if arguments.command == "export":
        checkpoints = []
        for name in arguments.checkpoint:
            checkpoints += within(name, open_checkpoints, read_file(name), keys)
        base = within(arguments.base, open_base, read_file(arguments.base)) if arguments.base else None
        with open_file(arguments.file) as file:
            return within(arguments.file, check_export, file, checkpoints, base)
    data = read_file(arguments.file)
    if arguments.command == "evidence":
        return within(arguments.file, check_evidence, data, keys)
    if arguments.command == "proof":
        entry, leaf, _ = within(arguments.entry, open_line, read_file(arguments.entry))
        return within(arguments.file, check_proof, data, entry, leaf, keys)
    older = within(arguments.older, open_checkpoints, read_file(arguments.older), keys)
    if len(older) != 1:
        raise Wrong(f"{shown(arguments.older)}: {len(older)} checkpoints instead of one")
    return within(arguments.file, check_consistency, data, older[0], keys)


def self_test():
    beside = os.path.dirname(os.path.realpath(__file__))
    return runpy.run_path(os.path.join(beside, "verify-trail-self-test.py"))["self_test"]()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--self-test", action="store_true", help="checks the verifier itself; takes a few seconds")
    commands = parser.add_subparsers(dest="command", metavar="export | evidence | proof | consistency")
    for command, files in (("export", ["file"]), ("evidence", ["file"]), ("proof", ["file", "entry"]),
                           ("consistency", ["file", "older"])):
        options = commands.add_parser(command)
        for file in files:
            options.add_argument(file)
        options.add_argument("--key", action="append", default=[], metavar="VKEY", required=command != "evidence")
        if command == "export":
            options.add_argument("--checkpoint", action="append", required=True, metavar="FILE")
            options.add_argument("--base", metavar="FILE")
    arguments = parser.parse_args()
    if (arguments.command is None) != arguments.self_test:
        parser.error("one of export, evidence, proof, consistency or --self-test is needed")
    return arguments


def main():
    arguments = parse_arguments()
    try:
        status, output = 0, "\n".join(self_test() if arguments.self_test else run(arguments))
    except Wrong as wrong:
        status, output = 1, f"WRONG: {wrong}"
    except AssertionError as failure:
        status, output = 1, f"THE SELF-TEST FAILED: {failure}"
    except (Unreadable, OSError, MemoryError) as error:
        print(f"verify-trail.py: {error or type(error).__name__}", file=sys.stderr)
        return 2
    try:
        print(output, flush=True)
    except BrokenPipeError:  # whoever was to read it is gone; the status still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


if __name__ == "__main__":
    sys.exit(main())
