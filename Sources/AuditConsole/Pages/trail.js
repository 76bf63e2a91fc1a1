// The trail as a whole: its newest checkpoint, whether it continues what this browser saw before, and its key.
import { trailStatus } from "./app.js";
import { ask } from "./api.js";
import { announce, element } from "./dom.js";
import { forget, remember, remembered } from "./memory.js";
import { bytesOfBase64, continues, hasCryptography, readKey, readNote, verifySignature } from "./proof.js";
import { refusalText } from "./search.js";
import { stepList } from "./story.js";
import { number, word } from "./words.js";

/** Steps that say whether a checkpoint is signed, and continues what was seen before. */
export async function checkpointSteps(trail, checkpoint) {
  const note = readNote(checkpoint.note);
  const key = readKey(checkpoint.verifierKey);
  if (!note || !key) return { isGood: false, steps: [{ name: "signature", state: "bad", detail: word("step.signature.unreadable") }] };
  const signature = await verifySignature(note, key);
  const steps = [{
    name: "signature", state: { good: "good", bad: "bad", unknown: "unknown" }[signature],
    detail: word(`step.signature.${signature}`, { key: key.keyID }),
  }];
  const seen = remembered(trail);
  if (!seen) {
    steps.push({ name: "key", state: "new", detail: word("step.key.new") });
  } else if (seen.verifierKey !== checkpoint.verifierKey) {
    steps.push({ name: "key", state: "bad", detail: word("step.key.changed", { since: seen.since }) });
  } else {
    steps.push({ name: "key", state: "good", detail: word("step.key.same", { since: seen.since }) });
    steps.push(await continuationStep(seen, { size: checkpoint.size, root: note.root }));
  }
  const isGood = steps.every((step) => step.state !== "bad");
  if (isGood && signature === "good" && (!seen || seen.size <= checkpoint.size)) remember(trail, checkpoint);
  return { isGood, steps, note };
}

async function continuationStep(seen, now) {
  const values = { old: number(seen.size), now: number(now.size) };
  const bad = { name: "continues", state: "bad", detail: word("step.continues.bad", values) };
  const old = { size: seen.size, root: bytesOfBase64(seen.root) ?? new Uint8Array() };
  if (old.size > now.size) return bad;
  const { proof } = await ask("consistency", { from: old.size, to: now.size });
  const isGood = await continues(old, now, proof.map((hash) => bytesOfBase64(hash) ?? new Uint8Array()));
  return isGood ? { name: "continues", state: "good", detail: word("step.continues.good", values) } : bad;
}

export async function showTrail(main, parameters, left) {
  main.append(element("h1", {}, word("nav.trail")));
  let status;
  try {
    status = await trailStatus(true);
  } catch (error) {
    main.append(element("p", { class: "notice bad" }, refusalText(error)));
    return;
  }
  if (left.aborted) return;
  const { checkpoint } = status;
  const fact = (name, value) => [element("dt", {}, word(`trail.${name}`)), element("dd", { class: "mono" }, value)];
  main.append(element("section", { class: "card" },
    element("h2", {}, word("trail.facts")),
    element("dl", { class: "facts" },
      fact("id", status.trail), fact("createdAt", status.createdAt), fact("entries", number(status.entries)),
      status.firstIndex > 0 ? fact("removed", number(status.firstIndex)) : null,
      status.newestAt ? fact("newestAt", status.newestAt) : null)));
  if (status.isCheckpointChanged) {
    main.append(element("p", { class: "notice bad", role: "alert" }, word("trail.changed")));
    return;
  }
  if (!checkpoint) {
    main.append(element("p", { class: "notice" }, word("trail.none")));
    return;
  }
  const steps = element("div", {}, element("p", { class: "hint" }, word("story.verifying")));
  main.append(
    element("section", { class: "card" },
      element("h2", {}, word("trail.checkpoint")),
      element("p", {}, word("trail.covers", {
        covered: number(checkpoint.size), uncovered: number(status.uncovered), time: checkpoint.signedAt,
      })),
      steps,
      element("h3", {}, word("trail.note")),
      element("pre", { tabindex: "0" }, checkpoint.note),
      element("h3", {}, word("trail.key")),
      element("pre", { tabindex: "0" }, checkpoint.verifierKey),
      element("p", { class: "hint" }, word("trail.keyHint")),
      element("button", {
        type: "button",
        onclick: () => { forget(status.trail); announce(word("trail.forgotten")); main.replaceChildren(); showTrail(main, parameters, left); },
      }, word("trail.forget"))));
  if (!hasCryptography()) {
    steps.replaceChildren(element("p", { class: "notice" }, word("story.noCryptography")));
    return;
  }
  try {
    const result = await checkpointSteps(status.trail, checkpoint);
    steps.replaceChildren(stepList(result.steps));
  } catch (error) {
    steps.replaceChildren(element("p", { class: "notice bad" }, refusalText(error)));
  }
}
