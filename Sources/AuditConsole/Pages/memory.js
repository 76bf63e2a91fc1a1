// What this browser has seen of a trail before: the key, and the largest checkpoint whose signature it verified.
//
// A trail that was replaced by an older copy, or signed anew with another history, does not continue what was seen.

const key = (trail) => `audit-console.seen.${trail}`;

/** What was seen, or null: {verifierKey, size, root, since}. */
export function remembered(trail) {
  try {
    const seen = JSON.parse(localStorage.getItem(key(trail)));
    return seen && typeof seen.verifierKey === "string" && typeof seen.size === "number" ? seen : null;
  } catch {
    return null;
  }
}

export function remember(trail, checkpoint) {
  const since = remembered(trail)?.since ?? new Date().toISOString();
  const { verifierKey, size, root } = checkpoint;
  try {
    localStorage.setItem(key(trail), JSON.stringify({ verifierKey, size, root, since }));
  } catch { /* A browser that keeps nothing sees each checkpoint for the first time. */ }
}

export function forget(trail) {
  try { localStorage.removeItem(key(trail)); } catch { /* Nothing was kept. */ }
}
