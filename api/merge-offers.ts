/**
 * A customer who brings a guest's cart along is told that it can be merged: the requirement `merge_available` in the view. That view is a
 * representation of its own, with an entity tag of its own. Who brings none costs no statement more.
 */
import type { CartRequirement, CartView } from '../contract/cart-view.ts';
import { readStanding } from '../database/cart-projection.ts';
import type { Sql } from '../database/client.ts';
import type { CartFeed, Watcher } from './cart-feed.ts';
import type { FeatureFlags } from './flags/feature-flags.ts';
import { unlessAway } from './from-database.ts';
import type { Caller } from './identity/caller.ts';
import type { LoadedView } from './views.ts';

export interface MergeOffers {
  /** The view that `load` gives, with the offer where there is something to offer. */
  withOffer(caller: Caller, load: () => Promise<LoadedView>): Promise<LoadedView>;
  /** The same for a stream: also a change of the guest's cart is told. */
  watch(feed: CartFeed, caller: Caller): Pick<CartFeed, 'watch'>;
  /** Whether the guest's cart that came along lives on in a customer's, as far as the read model knows. */
  isSpent(caller: Caller): Promise<boolean>;
}

const REQUIREMENT: CartRequirement = {
  code: 'merge_available',
  message: 'There is a cart from before you signed in. It can be merged into this one.',
  step: 'merge',
};

/** Only offered views are taken apart; all others go out as the text that they are stored as. */
function offered(view: LoadedView): LoadedView {
  const cart = JSON.parse(view.text) as CartView;
  const requirements = [...cart.requirements, REQUIREMENT];
  const etag = `${view.etag.slice(0, -1)}-m"`;
  return { ...view, text: JSON.stringify({ ...cart, requirements }), etag, hasOffer: true };
}

export function createMergeOffers(sql: Sql, flags: FeatureFlags): MergeOffers {
  async function standing({ guest }: Caller) {
    if (!guest) return undefined;
    return await unlessAway(() => readStanding(sql, guest.owner.workflowId));
  }

  async function hasOffer(caller: Caller): Promise<boolean> {
    if (!caller.guest || !(await flags.isOn('merge'))) return false;
    const found = await standing(caller);
    return found?.status === 'active' && found.itemsCount > 0;
  }

  async function withOffer(caller: Caller, load: () => Promise<LoadedView>): Promise<LoadedView> {
    if (!caller.guest) return await load();
    const [view, isOffered] = await Promise.all([load(), hasOffer(caller)]);
    return isOffered ? offered(view) : view;
  }

  /** Both carts are watched; each view is told with what the guest's cart is like then, one after the other. */
  function watchBoth(
    feed: CartFeed,
    caller: Caller,
    owner: Parameters<CartFeed['watch']>[0],
    watcher: Watcher,
  ) {
    const { guest } = caller;
    if (!guest) return feed.watch(owner, watcher);
    let newest: LoadedView | undefined;
    let told: string | undefined;
    let queue: Promise<void> = Promise.resolve();
    const tell = async (): Promise<void> => {
      const plain = newest;
      if (!plain) return;
      const view = await withOffer(caller, () => Promise.resolve(plain));
      if (view.etag === told) return;
      told = view.etag;
      watcher.onView(view);
    };
    const next = (): void => {
      queue = queue.then(tell).catch(() => undefined);
    };
    const onView = (view: LoadedView): void => {
      newest = view;
      next();
    };
    const unwatch = feed.watch(owner, { onView, onClose: () => watcher.onClose() });
    const unwatchGuest = feed.watch(guest.owner, { onView: next, onClose: () => undefined });
    return () => {
      unwatch();
      unwatchGuest();
    };
  }

  return {
    withOffer,
    watch: (feed, caller) => ({ watch: (owner, watcher) => watchBoth(feed, caller, owner, watcher) }),
    isSpent: async (caller) => (await standing(caller))?.status === 'merged',
  };
}
