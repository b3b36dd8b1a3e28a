/** Whose budget a request spends: the socket's other end, or what trusted proxies say about it, and nothing that a caller says about itself. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddressRange } from '../../config-forms.ts';
import { budgetAddress, createClientAddress, readAddress } from '../../api/rate/client-address.ts';

const PROXIES = ['10.0.0.0/8', '192.0.2.7', '2001:db8:aaaa::/48'];
const nobodyTrusted = createClientAddress([]);
const behindProxies = createClientAddress(PROXIES);

describe('an address', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['203.0.113', undefined],
    ['203.0.113.999', undefined],
    ['', undefined],
  ])('%j is read as %j', (text, expected) => expect(readAddress(text)).toBe(expected));

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
  ])('%s spends the budget of %s', (address, expected) => expect(budgetAddress(address)).toBe(expected));

  test('of one /64 is one caller, however it is spelled', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(fc.array(group, { minLength: 4, maxLength: 4 }), (tail) => {
        const spelled = `2001:db8:7:8:${tail.join(':')}`;
        const padded = spelled
          .split(':')
          .map((part) => part.padStart(4, '0'))
          .join(':');
        expect(budgetAddress(spelled)).toBe('2001:db8:7:8::/64');
        expect(budgetAddress(padded)).toBe('2001:db8:7:8::/64');
      }),
    );
  });
});

describe('X-Forwarded-For', () => {
  test('counts for nothing where nobody is trusted', () => {
    expect(nobodyTrusted('203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(nobodyTrusted('127.0.0.1', '1.2.3.4, 127.0.0.1')).toBe('127.0.0.1');
  });

  test('counts for nothing from a caller that is no proxy of ours', () => {
    expect(behindProxies('203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
  });

  test.each([
    ['10.1.1.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:10.1.1.1', '203.0.113.9', '203.0.113.9'],
    ['10.1.1.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['10.1.1.1', '1.2.3.4, 203.0.113.9, 192.0.2.7', '203.0.113.9'],
    ['10.1.1.1', '203.0.113.9:5555', '203.0.113.9'],
    ['2001:db8:aaaa::1', '2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ['10.1.1.1', '10.2.2.2, 10.3.3.3', '10.2.2.2'],
    ['10.1.1.1', undefined, '10.1.1.1'],
    ['10.1.1.1', '', '10.1.1.1'],
    ['10.1.1.1', '203.0.113.9, junk', '10.1.1.1'],
    ['10.1.1.1', '203.0.113.9, junk, 192.0.2.7', '192.0.2.7'],
    ['10.1.1.1', '203.0.113.9,', '10.1.1.1'],
  ])('from %s saying %j is %s', (remote, header, expected) => {
    expect(behindProxies(remote, header)).toBe(expected);
  });

  test('never lets the caller choose: what it wrote itself stands left of what the proxy adds', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (written) => {
        const header = [...written, '203.0.113.9'].join(', ');
        expect(behindProxies('10.1.1.1', header)).toBe('203.0.113.9');
      }),
    );
  });

  test('never throws, and never names more than one address', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (remote, header) => {
        expect(typeof behindProxies(remote, header)).toBe('string');
      }),
    );
  });
});

describe('TRUSTED_PROXIES', () => {
  test.each(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '0.0.0.0/0'])('takes %s', (text) =>
    expect(isAddressRange(text)).toBe(true),
  );
  test.each(['', 'localhost', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0/8', '*', 'true'])(
    'refuses %j',
    (text) => expect(isAddressRange(text)).toBe(false),
  );
});
