/** How long a cart leaves the database alone after failures in a row: 1, 2, 4 … seconds, doubled `doublings` times at most. */
export const retryDelayMs = (failures: number, doublings: number): number =>
  1_000 * 2 ** Math.min(failures - 1, doublings);
