// One entry's whole story, and the proof that it is in the trail.
import { address, addressOfEntry, trailStatus } from "./app.js";
import { ask } from "./api.js";
import { announce, element } from "./dom.js";
import { bytesOfBase64, hasCryptography, hexadecimal, isEqual, leafHash, rootOf } from "./proof.js";
import { badge, data, printable, reasonText, refusalText } from "./search.js";
import { checkpointSteps } from "./trail.js";
import { number, optionalWord, word } from "./words.js";

let current = null;
let opener = null;

export async function openStory(dialog, index) {
  if (current === index && dialog.open) return;
  if (!dialog.open) opener = document.activeElement;
  current = index;
  dialog.replaceChildren(frame(index, element("p", { class: "hint" }, word("story.loading"))));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  let story;
  try {
    if (!/^\d{1,19}$/.test(index)) throw Object.assign(new Error(), { kind: "not-found" });
    story = await ask(`entries/${index}`);
  } catch (error) {
    if (current === index) dialog.replaceChildren(frame(index, element("p", { class: "notice bad", role: "alert" }, refusalText(error))));
    return;
  }
  if (current !== index) return;
  const proof = element("section", { class: "proof", "aria-live": "polite" },
    element("h3", {}, word("story.proof")), element("p", { class: "hint" }, word("story.verifying")));
  dialog.replaceChildren(frame(index, ...content(story, proof), story));
  await showProof(story, proof, () => current === index);
}

export function closeStory(dialog) {
  current = null;
  if (!dialog.open) return;
  dialog.close();
  if (opener?.isConnected) opener.focus();
}

function frame(index, ...parts) {
  const story = typeof parts.at(-1)?.latestIndex === "number" ? parts.pop() : null;
  const place = Number(index);
  const step = (name, target) => element("a", { class: "button", href: addressOfEntry(target) }, word(`story.${name}`));
  return element("div", { class: "story" },
    element("div", { class: "heading" },
      element("h2", { id: "story-title", tabindex: "-1" }, word("story.title", { index: printable(index) })),
      story && place > 0 ? step("older", place - 1) : null,
      story && place < story.latestIndex ? step("newer", place + 1) : null,
      element("form", { method: "dialog" },
        element("button", { class: "quiet", "aria-label": word("close") }, "✕"))),
    ...parts);
}

/** The leaf's members: what is shown is what is proved. */
function members(leaf) {
  try {
    const entry = JSON.parse(leaf);
    return entry !== null && typeof entry === "object" ? entry : {};
  } catch {
    return {};
  }
}

function content(story, proof) {
  const entry = members(story.entry.leaf);
  const head = element("p", { class: "verdict" }, badge(entry.decision ?? entry.kind ?? "?"),
    entry.reason ? element("strong", {}, reasonText(entry.reason)) : null);
  const why = entry.reason ? optionalWord(`why.${entry.reason}`) : optionalWord(`why.${entry.decision}`);
  return [
    head,
    why ? element("p", {}, why) : null,
    proof,
    element("section", {}, element("h3", {}, word("story.course")), course(entry, story)),
    related(entry),
    element("section", {}, element("h3", {}, word("story.fields")), fields(entry)),
    element("details", { class: "more" }, element("summary", {}, word("story.leaf")),
      element("p", { class: "hint" }, word("story.leafHint")),
      element("pre", { class: "leaf", tabindex: "0" }, story.entry.leaf)),
  ].filter(Boolean);
}

/** What happened, in its order. */
function course(entry, story) {
  const event = (time, text, ...details) =>
    element("li", {}, element("time", { datetime: time }, time ?? "–"), element("span", {}, text),
      ...details.filter(Boolean).map((detail) => element("span", { class: "hint" }, detail)));
  const items = [];
  if (entry.kind !== "validation") {
    items.push(event(entry.recordedAt, optionalWord(`kind.${entry.kind}`) ?? printable(entry.kind),
      entry.message && data(entry.message)));
    return element("ol", { class: "course" }, items);
  }
  if (entry.occurredAt) {
    items.push(event(entry.occurredAt, word("course.occurred"),
      entry.platform && word("course.platform", { platform: printable(entry.platform) }),
      entry.overriddenPlatform && word("course.overridden", { platform: printable(entry.overriddenPlatform) })));
  }
  if (entry.topic !== undefined) {
    items.push(event(null, word("course.record", {
      topic: printable(entry.topic), partition: entry.partition, offset: entry.offset,
    })));
  }
  if (entry.httpStatus !== undefined) {
    items.push(event(null, word("course.answered", { status: entry.httpStatus }),
      entry.message && data(entry.message),
      word("course.attempts", {
        attempts: entry.attempts ?? 0, milliseconds: number(Math.round((entry.platformLatencyMicroseconds ?? 0) / 100) / 10),
      })));
  } else {
    items.push(event(null, word(entry.attempts > 0 ? "course.unanswered" : "course.notAsked", { attempts: entry.attempts ?? 0 }),
      entry.message && data(entry.message)));
  }
  items.push(event(entry.recordedAt, word("course.decided", {
    decision: optionalWord(`decision.${entry.decision}`) ?? printable(entry.decision),
  }), word("course.instance", { instance: printable(entry.instanceId ?? "?"), policy: printable(entry.policyVersion ?? "?") })));
  if (story.delivery) {
    const delivery = members(story.delivery.leaf);
    const state = delivery.details?.state;
    items.push(event(delivery.recordedAt, word(`course.${state === "committed" ? "committed" : "superseded"}`),
      element("a", { href: addressOfEntry(story.delivery.index) }, word("course.deliveryEntry", { index: story.delivery.index }))));
  } else {
    items.push(event(null, word("course.inDoubt")));
  }
  return element("ol", { class: "course" }, items);
}

function related(entry) {
  const link = (name, view, parameters) => element("a", { class: "button", href: address(view, parameters) }, word(`related.${name}`));
  const links = [
    entry.playerId && link("player", "player", { player: entry.playerId }),
    entry.sessionId && link("session", "search", { session: entry.sessionId }),
    entry.tokenFingerprint && link("token", "search", { fingerprint: entry.tokenFingerprint }),
    entry.eventId && link("event", "search", { event: entry.eventId }),
    entry.offset !== undefined && link("record", "search", { topic: entry.topic, partition: entry.partition, offset: entry.offset }),
    entry.kgAppId && link("app", "search", { app: entry.kgAppId }),
  ].filter(Boolean);
  return links.length > 0 ? element("nav", { class: "related", "aria-label": word("story.related") }, links) : null;
}

const order = [
  "index", "kind", "recordedAt", "decision", "reason", "kgAppId", "playerId", "sessionId", "eventId", "occurredAt",
  "platform", "overriddenPlatform", "httpStatus", "apiCode", "message", "playerStatus", "attempts",
  "platformLatencyMicroseconds", "topic", "partition", "offset", "clusterId", "recordDigest", "tokenFingerprint",
  "traceId", "instanceId", "policyVersion",
];

function fields(entry) {
  const names = [...order.filter((name) => Object.hasOwn(entry, name)), ...Object.keys(entry).filter((name) => !order.includes(name))];
  const rows = names.flatMap((name) => {
    const value = entry[name];
    if (value !== null && typeof value === "object") {
      return Object.entries(value).map(([inner, text]) => [`${name}.${inner}`, text]);
    }
    return [[name, value]];
  });
  return element("dl", { class: "facts" }, rows.map(([name, value]) => [
    element("dt", {}, optionalWord(`field.${name}`) ?? printable(name)), element("dd", {}, data(value)),
  ]));
}

async function showProof(story, section, isCurrent) {
  const conclude = (state, text, steps = []) => {
    if (!isCurrent()) return;
    section.replaceChildren(
      element("h3", {}, word("story.proof")),
      element("p", { class: `seal-line ${state}`, id: "proof-result", "data-state": state }, text),
      stepList(steps));
    announce(text);
  };
  if (story.isCheckpointChanged) return conclude("bad", word("proof.checkpointChanged"));
  if (!hasCryptography()) return conclude("unknown", word("story.noCryptography"));
  try {
    const steps = await proofSteps(story);
    if (steps.some((step) => step.state === "bad")) return conclude("bad", word("proof.failed"), steps);
    if (!story.checkpoint) return conclude("pending", word("proof.notCovered"), steps);
    if (steps.some((step) => step.state === "unknown")) return conclude("unknown", word("proof.partly"), steps);
    return conclude("good", word("proof.good", { size: number(story.checkpoint.size) }), steps);
  } catch (error) {
    return conclude("bad", error.kind ? refusalText(error) : word("proof.error"));
  }
}

async function proofSteps(story) {
  const entry = members(story.entry.leaf);
  const hash = await leafHash(story.entry.leaf);
  const isRight = entry.index === story.entry.index;
  const steps = [
    { name: "document", state: isRight ? "good" : "bad", detail: word(isRight ? "step.document.good" : "step.document.bad", { index: story.entry.index }) },
    { name: "leaf", state: "good", detail: word("step.leaf"), code: hexadecimal(hash) },
  ];
  if (!story.checkpoint) {
    steps.push({ name: "covered", state: "pending", detail: word("step.notCovered") });
    return steps;
  }
  const { trail } = await trailStatus();
  const checkpoint = await checkpointSteps(trail, story.checkpoint);
  steps.push(...await inclusionSteps(story.entry, hash, story.checkpoint, checkpoint.note), ...checkpoint.steps);
  if (story.delivery) steps.push(await deliveryStep(story, checkpoint.note));
  return steps;
}

async function inclusionSteps(proved, hash, checkpoint, note) {
  if (!proved.proof) return [{ name: "path", state: "bad", detail: word("step.path.missing") }];
  const proof = proved.proof.map((text) => bytesOfBase64(text) ?? new Uint8Array());
  const root = note ? await rootOf(hash, proved.index, note.size, proof) : null;
  if (!root) return [{ name: "path", state: "bad", detail: word("step.path.bad", { count: proof.length }) }];
  const isRight = isEqual(root, note.root);
  return [
    { name: "path", state: "good", detail: word("step.path.good", { count: proof.length }), code: hexadecimal(root) },
    {
      name: "root", state: isRight ? "good" : "bad", code: hexadecimal(note.root),
      detail: word(isRight ? "step.root.good" : "step.root.bad", { size: number(checkpoint.size) }),
    },
  ];
}

/** The delivery is an entry too, with a proof of its own. */
async function deliveryStep(story, note) {
  const delivery = members(story.delivery.leaf);
  const index = story.entry.index;
  const isAbout = delivery.kind === "delivery" && delivery.index === story.delivery.index
    && delivery.details?.first <= index && index <= delivery.details?.last;
  if (!isAbout) return { name: "delivery", state: "bad", detail: word("step.delivery.other") };
  if (!story.delivery.proof && story.delivery.index >= story.checkpoint.size) {
    return { name: "delivery", state: "pending", detail: word("step.delivery.pending") };
  }
  const hash = await leafHash(story.delivery.leaf);
  const proof = (story.delivery.proof ?? []).map((text) => bytesOfBase64(text) ?? new Uint8Array());
  const root = note ? await rootOf(hash, story.delivery.index, note.size, proof) : null;
  const isGood = root !== null && isEqual(root, note.root);
  return { name: "delivery", state: isGood ? "good" : "bad", detail: word(isGood ? "step.delivery.good" : "step.delivery.bad", { index: story.delivery.index }) };
}

const marks = { good: "✓", bad: "✕", pending: "…", unknown: "?", new: "•" };

export function stepList(steps) {
  return element("ol", { class: "steps" }, steps.map(({ name, state, detail, code }) =>
    element("li", { class: state, "data-step": name, "data-state": state },
      element("span", { class: "mark", role: "img", "aria-label": word(`state.${state}`) }, marks[state]),
      element("span", {}, element("strong", {}, word(`step.${name}.name`)), " ", detail,
        code ? element("code", {}, code) : null))));
}
