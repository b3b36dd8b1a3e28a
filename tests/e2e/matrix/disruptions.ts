/**
 * Cells of the matrix in which something dies: the request is on its way when the part is killed (I-8 to I-11), or is sent while the part
 * is down (I-17). One kill serves all routes, each with carts of its own.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/client.ts';
import type { TestStack } from '../../support/stack.ts';
import { type Cell, expectOnce, expectReplay, openCell, sendKeyed, untilDecided } from './cell.ts';
import { WRITE_ROUTES, type WriteRoute } from './write-routes.ts';

export interface Disruption {
  title: string;
  parts: string[];
  /** Whether writes can succeed meanwhile, at the process that is left. */
  isSurvivable: boolean;
}

export const DISRUPTIONS: Disruption[] = [
  { title: 'I-8 the API process is killed', parts: ['api-1'], isSurvivable: true },
  { title: 'I-9 both workers are killed', parts: ['worker-1', 'worker-2'], isSurvivable: false },
  { title: 'I-10 Temporal is killed', parts: ['temporal'], isSurvivable: false },
  { title: 'I-11 PostgreSQL is killed', parts: ['postgres'], isSurvivable: false },
];

/** One route's carts: one with a request on its way at the kill, one that is written to during the outage. */
interface Lane {
  route: WriteRoute;
  inFlight: Cell;
  during: Cell;
}

/** An answer, or undefined where the connection broke. */
const attempt = ({ shopper, key }: Cell, { request }: WriteRoute, api: number): Promise<Answer | undefined> =>
  sendKeyed(shopper.at(api), key, request).catch(() => undefined);

async function openLanes(stack: TestStack): Promise<Lane[]> {
  return await Promise.all(
    WRITE_ROUTES.map(async (route) => ({
      route,
      inFlight: await openCell(stack, route),
      during: await openCell(stack, route),
    })),
  );
}

export function disruptionSuite({ title, parts, isSurvivable }: Disruption, stack: () => TestStack): void {
  describe(title, () => {
    let lanes: Lane[];
    const early = new Map<string, Answer | undefined>();
    const meanwhile = new Map<string, Answer | undefined>();

    beforeAll(async () => {
      lanes = await openLanes(stack());
      const onTheirWay = lanes.map(async ({ route, inFlight }) =>
        early.set(route.name, await attempt(inFlight, route, 0)),
      );
      await Promise.all(parts.map((part) => stack().kill(part)));
      await Promise.all(
        lanes.map(async ({ route, during }) => meanwhile.set(route.name, await attempt(during, route, 1))),
      );
      await Promise.all(onTheirWay);
      for (const part of parts) await stack().restart(part);
    });

    const laneOf = ({ name }: WriteRoute): Lane => lanes.find(({ route }) => route.name === name) as Lane;

    for (const route of WRITE_ROUTES) {
      test(`${route.name}: sent before, the same key settles it, once`, async () => {
        const { inFlight } = laneOf(route);
        const first = early.get(route.name);
        expect([undefined, route.status, 503, 504]).toContain(first?.status);
        const answer = await untilDecided(inFlight, route.request);
        expect(answer.status, answer.text).toBe(route.status);
        // What was answered with success before the kill is never taken back.
        if (first?.status === route.status) expectReplay(answer, route);
        await expectOnce(inFlight.shopper, route);
      });

      test(`${route.name}: sent meanwhile, an honest answer, and the same key settles it, once`, async () => {
        const { during } = laneOf(route);
        const answer = meanwhile.get(route.name);
        if (isSurvivable) expect(answer?.status).toBe(route.status);
        else {
          expect([503, 504]).toContain(answer?.status);
          expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0);
          expect(answer?.problem.retryable).toBe(true);
        }
        expect((await untilDecided(during, route.request)).status).toBe(route.status);
        await expectOnce(during.shopper, route);
      });
    }
  });
}
