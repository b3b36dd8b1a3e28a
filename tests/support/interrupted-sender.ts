/** Something happens while a mail is on its way: at the two moments that matter, once a worker has it in its hands. */
import type { MailRoom } from './mail-room.ts';

/** Starts a sender; `act` is done when a mail has been looked at and not yet handed over. */
export function startAndActAfterLook(room: MailRoom, act: () => Promise<unknown>): void {
  const { prepare } = room.parts();
  room.start({
    prepare: async (mail) => {
      const prepared = await prepare(mail);
      await act();
      return prepared;
    },
  });
}

/** Starts a sender; `act` is done when the mail server is about to take a mail. */
export function startAndActBeforeSend(room: MailRoom, act: () => Promise<unknown>): void {
  const { mailer } = room.parts();
  room.start({
    mailer: {
      ...mailer,
      async send(mail, signal) {
        await act();
        await mailer.send(mail, signal);
      },
    },
  });
}
