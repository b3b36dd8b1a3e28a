/** The page with the one button that ends recovery e-mails, and the page after that. */
import type { Reply } from '../reply.ts';
import { pageReply, type ShopFront } from './page.tsx';
import { fill, type Tongue } from './words.ts';

/** The form says what a mail program's one click says (RFC 8058), and that it was a page's button. */
export function askPage(tongue: Tongue, shop: ShopFront): Reply {
  const { words } = tongue;
  const children = (
    <>
      <h1>{words.unsubscribeHeading}</h1>
      <p>{fill(words.unsubscribeBody, { shop: shop.name })}</p>
      <form method="post">
        <input type="hidden" name="List-Unsubscribe" value="One-Click" />
        <input type="hidden" name="via" value="page" />
        <button type="submit">{words.unsubscribe}</button>
      </form>
    </>
  );
  const parts = { title: words.unsubscribeTitle, tongue, shop, children };
  return pageReply(200, parts, { form: { leadsTo: undefined } });
}

export function unsubscribedPage(tongue: Tongue, shop: ShopFront): Reply {
  const { words } = tongue;
  const children = (
    <>
      <h1>{words.unsubscribedTitle}</h1>
      <p>{fill(words.unsubscribedBody, { shop: shop.name })}</p>
    </>
  );
  return pageReply(200, { title: words.unsubscribedTitle, tongue, shop, children });
}
