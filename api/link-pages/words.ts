/** What the pages behind links in mails say, in the languages of the mails. The reader's browser chooses; else the shop. */

const ENGLISH = {
  cartTitle: 'Your cart',
  cartHeading: 'Your cart is still here',
  cartBody: 'This is what is in it, at the prices of today.',
  emptyCart: 'This cart is empty.',
  toCart: 'Back to my cart',
  quantity: 'Quantity',
  total: 'Subtotal',
  unavailable: 'Not available at the moment',
  onlyLeft: 'Only {count} left',
  backTitle: 'Your cart is back',
  backBody: 'Everything that can be had is in your cart. You can close this page and go on in the shop.',
  unsubscribeTitle: 'Unsubscribe',
  unsubscribeHeading: 'No more reminders?',
  unsubscribeBody: '{shop} will not write to you about carts any more. Mails about your orders still come.',
  unsubscribe: 'Unsubscribe',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribedBody: '{shop} will not write to you about carts any more.',
  problems: {
    link_invalid: [
      'This link is not valid',
      'Please check that you have opened the whole link from the mail.',
    ],
    link_expired: ['This link has expired', 'It is no longer needed, or its time is over.'],
    erased: ['This data was erased', 'We know nothing about this link any more.'],
    rate_limited: ['Too many requests', 'Please wait a moment and try again.'],
    csrf_rejected: [
      'This came from another page',
      'Please open the link in the mail again and use the button there.',
    ],
    away: ['We are sorry', 'Something is out of reach at the moment. Please try again in a minute.'],
    other: ['That did not work', 'Please open the link in the mail again.'],
  } as Record<string, [title: string, body: string]>,
  reference: 'Reference',
};

export type Words = typeof ENGLISH;

const GERMAN: Words = {
  cartTitle: 'Ihr Warenkorb',
  cartHeading: 'Ihr Warenkorb ist noch da',
  cartBody: 'Das liegt darin, zu den Preisen von heute.',
  emptyCart: 'Dieser Warenkorb ist leer.',
  toCart: 'Zurück zu meinem Warenkorb',
  quantity: 'Menge',
  total: 'Zwischensumme',
  unavailable: 'Im Augenblick nicht erhältlich',
  onlyLeft: 'Nur noch {count} da',
  backTitle: 'Ihr Warenkorb ist wieder da',
  backBody:
    'Alles, was erhältlich ist, liegt in Ihrem Warenkorb. Sie können diese Seite schließen und im Shop weitermachen.',
  unsubscribeTitle: 'Abmelden',
  unsubscribeHeading: 'Keine Erinnerungen mehr?',
  unsubscribeBody:
    '{shop} schreibt Ihnen dann nicht mehr zu Warenkörben. E-Mails zu Ihren Bestellungen kommen weiterhin.',
  unsubscribe: 'Abmelden',
  unsubscribedTitle: 'Sie sind abgemeldet',
  unsubscribedBody: '{shop} schreibt Ihnen nicht mehr zu Warenkörben.',
  problems: {
    link_invalid: [
      'Dieser Link ist nicht gültig',
      'Bitte prüfen Sie, ob Sie den ganzen Link aus der E-Mail geöffnet haben.',
    ],
    link_expired: ['Dieser Link ist abgelaufen', 'Er wird nicht mehr gebraucht, oder seine Zeit ist um.'],
    erased: ['Diese Daten wurden gelöscht', 'Zu diesem Link ist uns nichts mehr bekannt.'],
    rate_limited: [
      'Zu viele Anfragen',
      'Bitte warten Sie einen Augenblick und versuchen Sie es noch einmal.',
    ],
    csrf_rejected: [
      'Das kam von einer anderen Seite',
      'Bitte öffnen Sie den Link aus der E-Mail noch einmal und benutzen Sie den Knopf dort.',
    ],
    away: [
      'Es tut uns leid',
      'Etwas ist im Augenblick nicht erreichbar. Bitte versuchen Sie es in einer Minute noch einmal.',
    ],
    other: ['Das hat nicht geklappt', 'Bitte öffnen Sie den Link aus der E-Mail noch einmal.'],
  },
  reference: 'Kennung',
};

const BY_LANGUAGE: Record<string, Words> = { en: ENGLISH, de: GERMAN };

export interface Tongue {
  /** A language tag, for money and for the page itself. */
  locale: string;
  words: Words;
}

const languageOf = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? '';

/** Tags in the order of the header; weights are left to the order, which browsers keep. */
const tagsOf = (acceptLanguage: string): string[] =>
  acceptLanguage
    .slice(0, 200)
    .split(',')
    .map((entry) => entry.split(';')[0]?.trim() ?? '')
    .filter((tag) => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag));

/** The first language of the reader that there are words in. */
export function tongueOf(acceptLanguage: string | undefined, shopLocale: string): Tongue {
  const tags = [...tagsOf(acceptLanguage ?? ''), shopLocale];
  const locale = tags.find((tag) => languageOf(tag) in BY_LANGUAGE) ?? 'en';
  return { locale, words: BY_LANGUAGE[languageOf(locale)] ?? ENGLISH };
}

export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
