// Counts over time, gathered part by part.
import { ask } from "./api.js";

const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** Parts that are asked for, each of some hundred thousand entries, before a person is asked whether to go on. */
const maximumParts = 40;

/**
 * Adds up the parts of a count.
 *
 * @returns {Promise<{span, from, to, counts: Map, lookedAt, nextAfter}>} counts by "time|decision|reason".
 */
export async function collect(asked, signal, progress, sums = null) {
  const total = sums ?? { counts: new Map(), lookedAt: 0, nextAfter: undefined };
  for (let part = 0; part < maximumParts; part += 1) {
    const answer = await ask("series", { ...asked, after: total.nextAfter }, signal);
    for (const { at, decision, reason, count } of answer.counts) {
      const key = `${at}|${decision}|${reason ?? ""}`;
      total.counts.set(key, (total.counts.get(key) ?? 0) + count);
    }
    total.lookedAt += answer.lookedAt;
    total.nextAfter = answer.nextAfter;
    [total.span, total.from, total.to] = [answer.span, answer.from, answer.to];
    progress(total);
    if (total.nextAfter === undefined) break;
  }
  return total;
}

/** The counts as a plot wants them: spans from the first to the last, each with its counts by decision. */
export function fold(sums) {
  const length = lengths[sums.span];
  const first = Math.floor(Date.parse(sums.from) / length) * length;
  const last = Date.parse(sums.to);
  const spans = [];
  for (let start = first; start < last; start += length) {
    spans.push({
      from: new Date(Math.max(start, Date.parse(sums.from))).toISOString(),
      to: new Date(Math.min(start + length, last)).toISOString(),
      counts: {},
    });
  }
  for (const [key, count] of sums.counts) {
    const [at, decision] = key.split("|");
    const place = Math.round((Date.parse(at) - first) / length);
    if (spans[place]) spans[place].counts[decision] = (spans[place].counts[decision] ?? 0) + count;
  }
  return { spans, span: sums.span };
}

/** Sums by decision, and by reason. */
export function totals(sums) {
  const [byDecision, byReason] = [new Map(), new Map()];
  for (const [key, count] of sums.counts) {
    const [, decision, reason] = key.split("|");
    byDecision.set(decision, (byDecision.get(decision) ?? 0) + count);
    if (reason) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  }
  return { byDecision, byReason };
}
