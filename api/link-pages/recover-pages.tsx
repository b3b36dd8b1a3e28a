/** The page that shows what is in a cart that was left, with the one button that brings it back, and the page after that. */
import type { CurrentLine } from '../../contract/cart-view.ts';
import { imageUrlOf } from '../../mail/letter.ts';
import { money } from '../../mail/money.ts';
import type { Reply } from '../reply.ts';
import { type PageParts, pageReply, type ShopFront } from './page.tsx';
import { fill, type Tongue } from './words.ts';

/** What the cart would come to. Units that cannot be had do not count. */
export interface Preview {
  currency: string;
  lines: readonly CurrentLine[];
  /** Minor units. */
  total: number;
}

type LineParts = { line: CurrentLine; currency: string; tongue: Tongue; shop: ShopFront };

function noteOf({ line, tongue: { words } }: LineParts): string | undefined {
  if (!line.isAvailable) return words.unavailable;
  if (line.maxQuantity >= line.quantity) return undefined;
  return fill(words.onlyLeft, { count: String(line.maxQuantity) });
}

const Line = (parts: LineParts) => {
  const { line, currency, tongue, shop } = parts;
  const picture = imageUrlOf(line.imageUrl, shop);
  const note = noteOf(parts);
  return (
    <li class={line.isAvailable ? '' : 'gone'}>
      {picture === undefined ? <span class="none" /> : <img src={picture} alt="" width="64" height="64" />}
      <div>
        <div class="title">{line.title}</div>
        <div class="more">{`${tongue.words.quantity} ${line.quantity}`}</div>
        {note === undefined ? null : <div class="note">{note}</div>}
      </div>
      <div class="amount">{money(line.lineTotal, currency, tongue.locale)}</div>
    </li>
  );
};

const Cart = ({ preview, ...rest }: { preview: Preview } & Pick<PageParts, 'tongue' | 'shop'>) => {
  const { lines, currency, total } = preview;
  const { words, locale } = rest.tongue;
  return (
    <>
      <h1>{words.cartHeading}</h1>
      <p>{lines.length === 0 ? words.emptyCart : words.cartBody}</p>
      <ul>
        {lines.map((line) => (
          <Line line={line} currency={currency} {...rest} />
        ))}
      </ul>
      <div class="sum">
        <span>{words.total}</span>
        <span class="amount">{money(total, currency, locale)}</span>
      </div>
      <form method="post">
        <button type="submit">{words.toCart}</button>
      </form>
    </>
  );
};

export function previewPage(preview: Preview, tongue: Tongue, shop: ShopFront): Reply {
  const pictures = preview.lines.flatMap(({ imageUrl }) => imageUrlOf(imageUrl, shop) ?? []);
  const children = <Cart preview={preview} tongue={tongue} shop={shop} />;
  const parts = { title: tongue.words.cartTitle, tongue, shop, children };
  return pageReply(200, parts, { pictures, form: { leadsTo: shop.url } });
}

/** Where there is no storefront to go on to. */
export function backPage(tongue: Tongue, shop: ShopFront): Reply {
  const { words } = tongue;
  const children = (
    <>
      <h1>{words.backTitle}</h1>
      <p>{words.backBody}</p>
    </>
  );
  return pageReply(200, { title: words.backTitle, tongue, shop, children });
}
