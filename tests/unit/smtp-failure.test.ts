/** What a mail server's refusal means for the mail, and that nobody's address stays behind in its text. */
import { describe, expect, it } from 'vitest';
import { scrubAddresses, toSmtpFailure } from '../../mail/smtp-failure.ts';

const TO = 'ada.lovelace+carts@shopper.example';

describe('a refusal', () => {
  it.each([
    ['unknown_address', 'RCPT TO', 550, `550 5.1.1 <${TO}>: Recipient address rejected: User unknown`],
    ['unknown_address', 'RCPT TO', 550, '550 No such user here'],
    ['unknown_address', 'RCPT TO', 550, '550 5.2.1 The account is disabled'],
    ['refused', 'RCPT TO', 550, '550 5.7.1 Relaying denied'],
    ['refused', 'DATA', 554, '554 5.7.1 Message rejected as spam: see https://x/5.1.1'],
    ['refused', 'RCPT TO', 552, '552 5.2.2 Mailbox full'],
    ['later', 'RCPT TO', 451, '451 4.7.1 Greylisted, try again'],
    ['later', 'DATA', 452, '452 4.3.1 Insufficient system storage'],
    ['later', 'RCPT TO', 503, '503 Bad sequence of commands'],
    ['away', 'MAIL FROM', 421, '421 Service not available'],
    ['away', 'MAIL FROM', 553, '553 5.7.1 Sender address rejected'],
    ['away', 'AUTH PLAIN', 535, '535 5.7.8 Authentication failed'],
    ['away', 'CONN', 554, '554 No SMTP service here'],
  ])('is %s: %s %i', (verdict, command, responseCode, response) => {
    const error = Object.assign(new Error(response), { code: 'EENVELOPE', command, responseCode, response });
    expect(toSmtpFailure(error, TO).verdict).toBe(verdict);
  });

  it('of the only recipient counts by the recipient’s own answer', () => {
    const inner = { message: 'x', command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 unknown' };
    const error = Object.assign(new Error('all rejected'), { code: 'EENVELOPE', rejectedErrors: [inner] });
    expect(toSmtpFailure(error, TO).verdict).toBe('unknown_address');
  });

  it('without an answer means that the server is away', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
      code: 'ESOCKET',
      command: 'CONN',
    });
    expect(toSmtpFailure(error, TO).verdict).toBe('away');
  });
});

describe('its text', () => {
  it.each([
    `550 5.1.1 <${TO}>: User unknown`,
    `550 ${TO.toUpperCase()} unknown`,
    '550 "ada.lovelace+carts" at shopper.example unknown',
    `550 mailto:${TO}\r\n550 again ${TO}`,
    '550 forwarded to other.person@elsewhere.example',
  ])('names nobody: %s', (text) => {
    const scrubbed = scrubAddresses(text, [TO]);
    expect(scrubbed).not.toMatch(/ada\.lovelace|other\.person|@|\n/i);
    expect(scrubbed).toContain('550');
  });

  it('is short', () => {
    expect(scrubAddresses(`550 ${'x'.repeat(5_000)}`).length).toBeLessThanOrEqual(300);
  });
});
