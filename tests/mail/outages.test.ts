/** Mail servers that are away for a while, in every way there is: nobody loses a mail. Each has a room of its own; they wait side by side. */
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { openMailRoom } from '../support/mail-room.ts';
import { startRudeSmtp, toServer } from '../support/rude-smtp.ts';

test.concurrent.for([
  ['closes at once', { CONNECT: 'close' }],
  ['says that it is closing', { CONNECT: '421 4.3.2 shutting down' }],
  ['does not let us in', { MAIL: '553 5.7.1 Sender address rejected' }],
  ['closes in the middle of a mail', { '.': 'close' }],
  ['says nothing', { CONNECT: 'hang' }],
] as const)(
  'a server that is not there (it %s) is left alone for a moment, and gets every mail when it is back',
  async ([_how, manners], { onTestFinished }) => {
    const [room, rude] = await Promise.all([openMailRoom(), startRudeSmtp()]);
    onTestFinished(async () => {
      await room.close();
      await rude.close();
    });
    const carts = await Promise.all(Array.from({ length: 12 }, () => room.leave()));
    rude.manners = manners;
    room.start(toServer(rude, 400));
    await eventually(() => room.recorded.filter(({ outcome }) => outcome === 'postponed').length >= 3);
    expect(rude.mails).toHaveLength(0);
    rude.manners = {};
    for (const cart of carts)
      await eventually(async () => (await room.row(cart.key)).isSent, { within: 45_000 });
    expect(rude.mails).toHaveLength(12);
  },
);
