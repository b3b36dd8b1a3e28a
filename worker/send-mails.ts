/**
 * Sends what the outbox promises: looks every second, or at once while there is more, several mails at a time. Any number of workers may do
 * so side by side. Where the mail server is away all of them wait, instead of trying every mail.
 */
import { CartSilent } from '../activities/ask-temporal.ts';
import { isUnavailable } from '../database/client.ts';
import { claimDueMails, type DueMail } from '../database/outbox.ts';
import { failMail, type MailOutcome, sendMail, type SendingParts } from './send-mail.ts';

export interface SenderOptions extends SendingParts {
  /** Mails at once. */
  concurrency: number;
  pollMs?: number;
}

export interface MailSender {
  /** Takes no more mails, gives those in its hands up to `withinMs` (default 8 s), and cuts them off then; others will send them. */
  stop(withinMs?: number): Promise<void>;
}

const AWAY_MOST_MS = 10_000;

/** For noting what was cut off; what takes longer keeps its lease. */
const SETTLE_MS = 1_000;

/** One mail; never rejects. */
async function handle(options: SenderOptions, mail: DueMail, stopping: AbortSignal): Promise<MailOutcome> {
  try {
    return await sendMail(options, mail, stopping);
  } catch (error) {
    const isOutage = isUnavailable(error) || error instanceof CartSilent;
    // Without the database there is nothing to note: the lease runs out by itself.
    return await failMail(options, mail, error, isOutage).catch(() => 'lost' as const);
  }
}

/** Resolves after `ms`, or when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

async function endOf(work: Iterable<Promise<void>>, withinMs: number): Promise<void> {
  const ended = new AbortController();
  await Promise.race([Promise.all(work), pause(withinMs, ended.signal)]);
  ended.abort();
}

async function claim(options: SenderOptions, limit: number): Promise<DueMail[]> {
  try {
    return await claimDueMails(options.sql, { limit, leaseMs: options.leaseMs });
  } catch (error) {
    if (!isUnavailable(error)) options.log.warn({ reason: String(error) }, 'the outbox could not be read');
    return [];
  }
}

export function startSendingMails(options: SenderOptions): MailSender {
  const { concurrency, pollMs = 1_000 } = options;
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const inHand = new Set<Promise<void>>();
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  let failuresInRow = 0;
  let awayUntil = 0;

  async function work(mail: DueMail): Promise<void> {
    const outcome = await handle(options, mail, cutOff.signal);
    if (outcome === 'sent') failuresInRow = 0;
    if (outcome !== 'away') return;
    failuresInRow += 1;
    awayUntil = Date.now() + Math.min(AWAY_MOST_MS, 250 * 2 ** Math.min(10, failuresInRow));
  }

  function take(mail: DueMail): void {
    const working = work(mail).finally(() => inHand.delete(working));
    inHand.add(working);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = awayUntil - Date.now();
      if (waitMs > 0) {
        await pause(waitMs, stopping.signal);
        continue;
      }
      // After a failure one mail goes ahead and tries the server.
      const limit = (failuresInRow > 0 ? 1 : concurrency) - inHand.size;
      const mails = limit > 0 ? await claim(options, limit) : [];
      for (const mail of mails) take(mail);
      if (mails.length === limit && inHand.size < concurrency && failuresInRow === 0) continue;
      const isFull = inHand.size >= (failuresInRow > 0 ? 1 : concurrency);
      await (isFull ? Promise.race([...inHand, stopped]) : pause(pollMs, stopping.signal));
    }
  }

  const running = run();
  return {
    async stop(withinMs = 8_000) {
      stopping.abort();
      await running;
      await endOf(inHand, withinMs);
      cutOff.abort();
      await endOf(inHand, SETTLE_MS);
    },
  };
}
