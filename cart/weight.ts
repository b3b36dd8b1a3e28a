/**
 * How many bytes a value takes as JSON. A cart crosses continue-as-new as one payload of at most 2 MiB; each part of it has a
 * budget, and together they stay under 1.7 MB. Beyond it the hand-over would fail for ever, and the cart with it.
 */

/** Lines with their options and attributes. */
export const LINES_BYTES = 500_000;

/** Remembered keys: 256 single operations take about 60 KB, only batches with many refusals come near. */
export const REMEMBERED_BYTES = 300_000;

/** Changes that the read model has not taken yet. */
export const OUTBOX_BYTES = 500_000;

/** Upper bound: characters outside ASCII count as three bytes. */
export function weightOf(value: unknown): number {
  const json = JSON.stringify(value) ?? '';
  let extra = 0;
  for (let index = 0; index < json.length; index += 1) if (json.charCodeAt(index) > 0x7f) extra += 2;
  return json.length + extra;
}
