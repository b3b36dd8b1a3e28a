/** The hours in which people are not written to, in their own time zone, on days of 23 and 25 hours too. Not used by workflows. */

/** Minutes after midnight. `from` after `to`: over midnight. Equal: none. */
export interface QuietHours {
  from: number;
  to: number;
}

const MINUTE = 60_000;
const DAY = 1_440;

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** `22:00-08:00`; undefined for anything else. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [from, to, ...rest] = text.split('-').map((time) => {
    const [, hours, minutes] = CLOCK.exec(time) ?? [];
    return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
  });
  return from === undefined || to === undefined || rest.length > 0 ? undefined : { from, to };
}

/** A zone that this machine has rules for, by its IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}

function clockOf(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return (at) => {
    const [hours, minutes] = format.format(at).split(':');
    return (Number(hours) % 24) * 60 + Number(minutes);
  };
}

/**
 * `at` (epoch ms) where it is not quiet then, else the first whole minute after it that is not. `timeZones`: in order of preference; names
 * without rules are passed over, and without any it is UTC's clock.
 */
export function outOfQuietHours(
  at: number,
  { from, to }: QuietHours,
  timeZones: readonly (string | null | undefined)[],
): number {
  const zone = timeZones.find((name) => typeof name === 'string' && isTimeZone(name)) ?? 'UTC';
  const clock = clockOf(zone);
  const isQuiet = (instant: number): boolean => {
    const time = clock(instant);
    return from <= to ? time >= from && time < to : time >= from || time < to;
  };
  if (!isQuiet(at)) return at;
  let quiet = Math.floor(at / MINUTE);
  let loud = quiet;
  // Where the clock was put back meanwhile it is quiet once more.
  do loud += (to - clock(loud * MINUTE) + DAY) % DAY || DAY;
  while (isQuiet(loud * MINUTE));
  // Where it was put forward, the end has come earlier.
  while (loud - quiet > 1) {
    const middle = Math.floor((quiet + loud) / 2);
    if (isQuiet(middle * MINUTE)) quiet = middle;
    else loud = middle;
  }
  return loud * MINUTE;
}
