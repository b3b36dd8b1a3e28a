/** 20,000 falsified tokens: none is accepted. `npm run test:tokens` tries a million, and some over HTTP. */
import { expect, test } from 'vitest';
import { MUTATIONS } from '../tokens/mutate.ts';
import { GUEST_FORGERIES } from '../tokens/forge-guest.ts';
import { LINK_FORGERIES } from '../tokens/forge-link.ts';
import { JWT_FORGERIES } from '../tokens/forge-jwt.ts';
import { runTokens } from '../tokens/run.ts';

const FORGERIES: Record<string, object> = {
  guest: GUEST_FORGERIES,
  customer: JWT_FORGERIES,
  link: LINK_FORGERIES,
};

test('of 20,000 mutated and forged tokens none is accepted, and each is refused as what it is', {
  timeout: 120_000,
}, async () => {
  const reports = await runTokens({ count: 20_000, seed: 1 });
  expect(reports.reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThanOrEqual(20_000);
  for (const { name, verdicts, ways, accepted } of reports) {
    expect(accepted, name).toEqual([]);
    // token_expired: for those that are genuine but for their age.
    expect(
      Object.keys(verdicts).filter((code) => code !== 'token_expired'),
      name,
    ).toEqual([name.endsWith('link') ? 'link_invalid' : 'token_invalid']);
    const forgeries = FORGERIES[name.split(' ').at(name.endsWith('link') ? -1 : 0) ?? ''] ?? {};
    const missing = Object.keys({ ...MUTATIONS, ...forgeries }).filter((way) => !ways[way]);
    expect(missing, `${name}: ways that were never tried`).toEqual([]);
  }
});
