/**
 * How fast recovery e-mails are worked off that are due at once, as after an outage: carts whose time has come while no worker ran, from the
 * worker's start to the last mail at the mail server. Beside it: the same number of mails, just sent.
 */
import { randomBytes } from 'node:crypto';
import { connect } from '../../database/client.ts';
import { createMailer } from '../../mail/mailer.ts';
import type { Letter } from '../../mail/letter.ts';
import { pause, waitUntil } from '../../scripts/local/wait-until.ts';
import { inTurns } from '../load/in-turns.ts';
import type { Scenario } from '../scenario.ts';
import type { Round } from '../figure.ts';
import { perSecond } from '../stage/alternate.ts';
import { type Cart, makeCarts } from '../stage/carts.ts';
import { type MailSink, openMailSink } from '../stage/mail-sink.ts';
import type { Stage } from '../stage/stage.ts';

/** As many as the sender of the shop holds in its hands at once. */
const AT_ONCE = 8;

/** Everybody agreed to be written to, each under an address of their own. */
async function giveContacts(stage: Stage, carts: readonly Cart[]): Promise<void> {
  const sql = connect(stage.databaseUrl, { max: 1, name: 'bench-contacts' });
  const ids = carts.map(({ workflowId }) => workflowId);
  const contactIds = carts.map(() => randomBytes(16).toString('base64url'));
  const { count } = await sql`
    INSERT INTO contacts (owner_hash, contact_id, owner_kind, email, address_hash, consent_at, consent_source)
    SELECT owner_hash, contact_id, 'guest', contact_id || '@example.com', 'bench ' || contact_id, now(), 'contact'
    FROM carts JOIN unnest(${ids}::text[], ${contactIds}::text[]) AS given (workflow_id, contact_id) USING (workflow_id)`;
  await sql.end();
  if (count !== carts.length) throw new Error(`Only ${count} of ${carts.length} contacts could be made.`);
}

/** Mails per second, from the start of the worker on. */
async function workOff(
  stage: Stage,
  sink: MailSink,
  count: number,
): Promise<{ rate: number; detail: object }> {
  const delayMs = stage.size(90_000, 20_000);
  const settings = { ABANDONMENT_DELAYS: `${delayMs}ms`, QUIET_HOURS: 'off', SMTP_URL: sink.url };
  await stage.crew.renew('worker-1', settings);
  await stage.crew.renew('api-1', settings);
  const carts = await makeCarts(stage, count);
  await stage.crew.keep({ workers: 0, apis: 1 });
  const madeAt = Date.now();
  await giveContacts(stage, carts);
  if (sink.taken() > 0) throw new Error('The first mails went out before all carts were made.');
  await pause(Math.max(0, madeAt + delayMs + 1_000 - Date.now()));
  const at = performance.now();
  await stage.crew.renew('worker-1', settings);
  const readyMs = performance.now() - at;
  let firstMs = 0;
  await waitUntil(
    () => {
      if (sink.taken() > 0 && firstMs === 0) firstMs = performance.now() - at;
      return sink.taken() >= count;
    },
    { withinMs: stage.size(300_000, 90_000), everyMs: 20 },
  );
  const wallMs = performance.now() - at;
  if (sink.taken() !== count) throw new Error(`${sink.taken()} of ${count} mails came.`);
  // The process has to load before anything is worked off; it did so before its probe answered.
  return { rate: (count * 1_000) / (wallMs - readyMs), detail: { wallMs, readyMs, firstMs } };
}

/** As long as the shop's own for a cart of one line. */
const LETTER: Letter = {
  locale: 'en',
  subject: 'You left something behind',
  preheader: 'Your cart is as you left it.',
  heading: 'Still thinking about it?',
  body: 'Your cart is as you left it. Prices and availability are those of today.',
  facts: [],
  lines: [
    {
      title: 'Test product 1',
      options: '',
      quantity: 'Quantity 1',
      unitPrice: '€10.01 each',
      total: '€10.01',
      isUnavailable: false,
    },
  ],
  sums: [{ label: 'Subtotal', amount: '€10.01', isTotal: true }],
  button: { label: 'Back to my cart', url: `https://shop.example/recover/${'x'.repeat(160)}` },
  footer: 'Nothing is reserved for you.',
  why: 'You get this mail because you agreed to be written to.',
  unsubscribe: {
    label: 'Unsubscribe',
    text: 'No more of these mails?',
    url: `https://shop.example/unsubscribe/${'x'.repeat(160)}`,
  },
  shop: { name: 'Shop', address: 'Shop, 1 Main Street, 12345 Town' },
};

async function sendBare(sink: MailSink, count: number): Promise<number> {
  const mailer = createMailer({ smtpUrl: sink.url, from: { address: 'shop@example.com' } });
  const numbers = Array.from({ length: count }, (_, index) => index);
  const result = await inTurns(numbers, AT_ONCE, (number) =>
    mailer.send({ to: `to-${number}@example.com`, purpose: 'bench', key: String(number), letter: LETTER }),
  );
  mailer.close();
  return perSecond(result);
}

async function round(stage: Stage, count: number): Promise<Round> {
  const [sink, bareSink] = [await openMailSink(), await openMailSink()];
  try {
    const { rate, detail } = await workOff(stage, sink, count);
    return { ours: rate, bare: await sendBare(bareSink, count), detail: { ours: detail } };
  } finally {
    await stage.crew.renew('worker-1');
    await stage.crew.renew('api-1');
    await sink.close();
    await bareSink.close();
  }
}

export const dueMails: Scenario = {
  id: 'due-mails',
  title: 'Recovery e-mails due at once',
  async run(stage) {
    const count = stage.size(1_000, 60);
    const rounds: Round[] = [];
    for (let index = 0; index < Math.min(2, stage.rounds); index += 1) rounds.push(await round(stage, count));
    return [
      {
        title: `${count} recovery e-mails due at once, promised and sent`,
        unit: '/s',
        rounds,
        baseline: `as many mails handed to the same mail server, ${AT_ONCE} at a time, written the same way`,
      },
    ];
  },
};
