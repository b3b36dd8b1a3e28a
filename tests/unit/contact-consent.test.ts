/** Who may be written to: every pair of what is known and what is said next. */
import { describe, expect, test } from 'vitest';
import { hearStatement, type KnownContact, type Statement } from '../../cart/contact-consent.ts';

const said = (more: Partial<Statement>): Statement => ({
  email: 'a@x.example',
  addressHash: 'A',
  isConsent: undefined,
  source: 'contact',
  requestId: 'r2',
  at: 2_000,
  ...more,
});
const B = { email: 'b@x.example', addressHash: 'B' };
const consent = { at: 1_000, source: 'contact' as const, requestId: 'r1' };
const known = (more: Partial<KnownContact> = {}): KnownContact => ({
  email: 'a@x.example',
  addressHash: 'A',
  consent: null,
  objectedAt: null,
  ...more,
});

describe('consent', () => {
  test('comes with a yes and its proof', () => {
    expect(hearStatement(undefined, said({ isConsent: true }))).toEqual(
      known({ consent: { at: 2_000, source: 'contact', requestId: 'r2' } }),
    );
  });

  test('given again for the same address keeps its first proof', () => {
    const before = known({ consent });
    expect(hearStatement(before, said({ isConsent: true }))).toEqual(before);
  });

  test('is not taken away by silence', () => {
    const before = known({ consent });
    expect(hearStatement(before, said({ source: 'checkout' }))).toEqual(before);
  });

  test('does not go over to another address by silence: the one agreed to stays', () => {
    const before = known({ consent });
    expect(hearStatement(before, said({ ...B, source: 'checkout' }))).toEqual(before);
  });

  test('given for another address is a consent of its own', () => {
    expect(hearStatement(known({ consent }), said({ ...B, isConsent: true }))).toEqual(
      known({ ...B, consent: { at: 2_000, source: 'contact', requestId: 'r2' } }),
    );
  });

  test.each(['contact', 'checkout', 'token'] as const)('ends with a later no by %s', (source) => {
    const after = hearStatement(known({ consent }), said({ isConsent: false, source }));
    expect(after).toEqual(known({ objectedAt: 2_000 }));
  });

  test('comes back with a later yes', () => {
    const after = hearStatement(known({ objectedAt: 1_000 }), said({ isConsent: true }));
    expect(after.consent).toMatchObject({ at: 2_000 });
  });
});

describe('an address without consent', () => {
  test('is replaced by the next one', () => {
    expect(hearStatement(known(), said({ ...B, source: 'checkout' }))).toEqual(known(B));
  });

  test('keeps its no when another address is named in silence', () => {
    expect(hearStatement(known({ objectedAt: 1_000 }), said(B))).toEqual(known({ ...B, objectedAt: 1_000 }));
  });
});

describe('a token', () => {
  const token = (more: Partial<Statement>) => said({ source: 'token', ...more });

  test('from before a consent does not end it', () => {
    const before = known({ consent });
    expect(hearStatement(before, token({ isConsent: false, at: 500 }))).toEqual(before);
  });

  test('from before a no does not undo it', () => {
    const before = known({ objectedAt: 1_000 });
    expect(hearStatement(before, token({ isConsent: true, at: 500 }))).toEqual(before);
  });

  test('does not move an address that was agreed to here', () => {
    const before = known({ consent });
    expect(hearStatement(before, token({ ...B, isConsent: true }))).toEqual(before);
  });

  test('moves an address that was agreed to by token', () => {
    const before = known({ consent: { ...consent, source: 'token' } });
    const after = hearStatement(before, token({ ...B, isConsent: true }));
    expect(after).toMatchObject({ ...B, consent: { at: 2_000, source: 'token' } });
  });
});
