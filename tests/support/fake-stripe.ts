/**
 * As much of Stripe's API as the adapter uses, on loopback: Checkout Sessions, refunds, idempotency keys, errors in Stripe's form, and
 * answers that never arrive. Source: https://docs.stripe.com/api
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeSession {
  id: string;
  object: 'checkout.session';
  status: 'open' | 'complete' | 'expired';
  payment_status: 'paid' | 'unpaid';
  amount_total: number;
  currency: string;
  client_reference_id: string;
  metadata: Record<string, string>;
  payment_intent: { id: string; latest_charge: { id: string; refunded: boolean } } | null;
  url: string;
}

export interface FakeStripe {
  url: string;
  sessions: Map<string, FakeSession>;
  /** What each call sent: method, path, body, headers. */
  calls: { method: string; path: string; form: URLSearchParams; headers: http.IncomingHttpHeaders }[];
  /** The next answers, instead of the right ones. `drop`: carried out, and the connection cut. */
  next: ('drop' | { status: number; type: string; code?: string })[];
  /** What the shopper does on Stripe's page. */
  pay(id: string): void;
  close(): Promise<void>;
}

type Answer = { status: number; body: object };

const fault = (status: number, type: string, code?: string): Answer => ({
  status,
  body: { error: { type, code, message: 'Jane Doe, card ending in 4242' } },
});

const newId = (prefix: string): string => `${prefix}_${randomBytes(8).toString('hex')}`;

function newSession(form: URLSearchParams): FakeSession {
  const id = newId('cs_test');
  return {
    id,
    object: 'checkout.session',
    status: 'open',
    payment_status: 'unpaid',
    amount_total: Number(form.get('line_items[0][price_data][unit_amount]')),
    currency: form.get('line_items[0][price_data][currency]') ?? '',
    client_reference_id: form.get('client_reference_id') ?? '',
    metadata: { checkoutId: form.get('metadata[checkoutId]') ?? '' },
    payment_intent: null,
    url: `https://checkout.stripe.example/${id}`,
  };
}

export async function createFakeStripe(): Promise<FakeStripe> {
  const sessions = new Map<string, FakeSession>();
  const kept = new Map<string, { text: string; answer: Answer }>();
  const calls: FakeStripe['calls'] = [];
  const next: FakeStripe['next'] = [];

  function refund(form: URLSearchParams): Answer {
    const intent = form.get('payment_intent');
    const session = [...sessions.values()].find((one) => one.payment_intent?.id === intent);
    if (!session?.payment_intent) return fault(404, 'invalid_request_error', 'resource_missing');
    const charge = session.payment_intent.latest_charge;
    if (charge.refunded) return fault(400, 'invalid_request_error', 'charge_already_refunded');
    charge.refunded = true;
    return { status: 200, body: { id: newId('re'), object: 'refund', status: 'succeeded' } };
  }

  function expire(session: FakeSession): Answer {
    if (session.status !== 'open') return fault(400, 'invalid_request_error');
    session.status = 'expired';
    return { status: 200, body: session };
  }

  function carryOut(method: string, path: string, form: URLSearchParams): Answer {
    if (path === '/v1/refunds') return refund(form);
    if (method === 'POST' && path === '/v1/checkout/sessions') {
      const session = newSession(form);
      sessions.set(session.id, session);
      return { status: 200, body: session };
    }
    const [, id = '', isExpire] = /^\/v1\/checkout\/sessions\/(\w+)(\/expire)?$/.exec(path) ?? [];
    const session = sessions.get(id);
    if (!session) return fault(404, 'invalid_request_error', 'resource_missing');
    return isExpire ? expire(session) : { status: 200, body: session };
  }

  /** Stripe remembers an answer with its key, and refuses the key for other parameters. */
  function answerOnce(key: string | undefined, text: string, make: () => Answer): Answer {
    if (key === undefined) return make();
    const before = kept.get(key);
    if (before && before.text !== text) return fault(400, 'idempotency_error');
    const answer = before?.answer ?? make();
    kept.set(key, { text, answer });
    return answer;
  }

  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const { method = 'GET', headers } = request;
      const path = new URL(request.url ?? '/', 'http://x').pathname;
      const form = new URLSearchParams(text);
      calls.push({ method, path, form, headers });
      const wish = next.shift();
      if (wish === 'drop' || wish === undefined) {
        const key = headers['idempotency-key'] as string | undefined;
        const answer = answerOnce(method === 'POST' ? key : undefined, text, () =>
          carryOut(method, path, form),
        );
        if (wish === 'drop') request.socket.destroy();
        else
          response
            .writeHead(answer.status, { 'content-type': 'application/json' })
            .end(JSON.stringify(answer.body));
        return;
      }
      const { status, body } = fault(wish.status, wish.type, wish.code);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sessions,
    calls,
    next,
    pay(id) {
      const session = sessions.get(id);
      if (!session) throw new Error(`no session ${id}`);
      session.status = 'complete';
      session.payment_status = 'paid';
      session.payment_intent = { id: newId('pi'), latest_charge: { id: newId('ch'), refunded: false } };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
