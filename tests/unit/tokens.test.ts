/** 20,000 falsified tokens: none is accepted. `npm run test:tokens` tries a million, and some over HTTP. */
import { expect, test } from 'vitest';
import { MUTATIONS } from '../tokens/mutate.ts';
import { GUEST_FORGERIES } from '../tokens/forge-guest.ts';
import { JWT_FORGERIES } from '../tokens/forge-jwt.ts';
import { runTokens } from '../tokens/run.ts';

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
    ).toEqual(['token_invalid']);
    const forgeries = name === 'guest token' ? GUEST_FORGERIES : JWT_FORGERIES;
    const missing = Object.keys({ ...MUTATIONS, ...forgeries }).filter((way) => !ways[way]);
    expect(missing, `${name}: ways that were never tried`).toEqual([]);
  }
});
