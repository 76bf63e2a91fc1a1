// Verifies that an entry is in the trail, with nothing but the browser's own cryptography.
//
// RFC 9162 sections 2.1.1, 2.1.3.2 and 2.1.4.2 for the tree, C2SP signed-note and tlog-checkpoint for the checkpoint.

/** Browsers only have cryptography on pages that came by TLS or from this machine. */
export const hasCryptography = () => globalThis.crypto?.subtle !== undefined;

export const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of a base64 text, or null when it is none or not written the one way it can be. */
export function bytesOfBase64(text) {
  try {
    const binary = atob(text);
    if (btoa(binary) !== text) return null;
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

const utf8 = new TextEncoder();

async function sha256(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

export const leafHash = (leaf) => sha256([0], utf8.encode(leaf));
const nodeHash = (left, right) => sha256([1], left, right);

export const isEqual = (left, right) => left.length === right.length && left.every((byte, place) => byte === right[place]);

/** The root that a leaf and its proof lead to, or null when the proof has not the length it must have. */
export async function rootOf(leaf, index, size, proof) {
  // Numbers of entries go beyond 2^53 in theory, so they are counted exactly.
  let [place, last] = [BigInt(index), BigInt(size) - 1n];
  if (place > last) return null;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) return null;
    if ((place & 1n) === 1n || place === last) {
      hash = await nodeHash(sibling, hash);
      while ((place & 1n) === 0n && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else {
      hash = await nodeHash(hash, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n ? hash : null;
}

/** Whether the tree of the second size and root begins with all of the tree of the first. */
export async function continues(old, now, proof) {
  const [oldSize, newSize] = [BigInt(old.size), BigInt(now.size)];
  if (oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && isEqual(old.root, now.root);
  if (oldSize === 0n) return proof.length === 0;
  const rest = (oldSize & (oldSize - 1n)) === 0n ? [old.root, ...proof] : [...proof];
  if (rest.length === 0) return false;
  let [place, last] = [oldSize - 1n, newSize - 1n];
  while ((place & 1n) === 1n) [place, last] = [place >> 1n, last >> 1n];
  let [oldHash, newHash] = [rest[0], rest[0]];
  for (const sibling of rest.slice(1)) {
    if (last === 0n) return false;
    if ((place & 1n) === 1n || place === last) {
      oldHash = await nodeHash(sibling, oldHash);
      newHash = await nodeHash(sibling, newHash);
      while ((place & 1n) === 0n && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else {
      newHash = await nodeHash(newHash, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && isEqual(oldHash, old.root) && isEqual(newHash, now.root);
}

/** The origin, size and root that a note says, its text and its signatures; null when it is no checkpoint. */
export function readNote(note) {
  const separator = note.lastIndexOf("\n\n");
  if (separator < 0 || !note.endsWith("\n")) return null;
  const text = note.slice(0, separator + 1);
  const lines = text.split("\n");
  if (lines.length < 4 || !/^(0|[1-9]\d*)$/.test(lines[1])) return null;
  const root = bytesOfBase64(lines[2]);
  if (root?.length !== 32) return null;
  const signatures = note.slice(separator + 2, -1).split("\n").map((line) => {
    const [dash, name, signed, ...more] = line.split(" ");
    const bytes = dash === "\u2014" && more.length === 0 ? bytesOfBase64(signed ?? "") : null;
    return bytes && bytes.length > 4 ? { name, keyID: bytes.slice(0, 4), bytes: bytes.slice(4) } : null;
  });
  return { origin: lines[0], size: lines[1], root, text, signatures: signatures.filter(Boolean) };
}

/** The parts of a verifier key, or null. */
export function readKey(text) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
  const bytes = match ? bytesOfBase64(match[3]) : null;
  if (bytes?.length !== 33 || bytes[0] !== 1) return null;
  return { name: match[1], keyID: match[2], typed: bytes, publicKey: bytes.slice(1) };
}

/**
 * Whether a key has signed a note: "good", "bad", or "unknown" when this browser cannot say.
 */
export async function verifySignature(note, key) {
  if (note.origin !== key.name) return "bad";
  const id = (await sha256(utf8.encode(`${key.name}\n`), key.typed)).slice(0, 4);
  const signature = note.signatures.find((one) => one.name === key.name && isEqual(one.keyID, id));
  if (hexadecimal(id) !== key.keyID || !signature) return "bad";
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return error.name === "NotSupportedError" ? "unknown" : "bad";
  }
  const isGood = await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.bytes, utf8.encode(note.text));
  return isGood ? "good" : "bad";
}
