/** Dice with a seed, so that a run can be described by one number. What the machine does in between stays its own. */

export interface Dice {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** By shares that come to a hundred. */
  pickByShare<T>(list: readonly (readonly [T, share: number])[]): T;
  shuffle<T>(list: readonly T[]): T[];
}

/** Mulberry32. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]) => list[whole(0, list.length - 1)] as T,
    pickByShare: <T>(list: readonly (readonly [T, share: number])[]) => {
      let left = whole(0, 99);
      for (const [value, share] of list) {
        if (left < share) return value;
        left -= share;
      }
      throw new Error('The shares come to less than a hundred.');
    },
    shuffle: <T>(list: readonly T[]) =>
      list
        .map((value): [number, T] => [next(), value])
        .sort(([a], [b]) => a - b)
        .map(([, value]) => value),
  };
}

export const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));
