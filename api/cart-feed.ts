/**
 * Pushes cart views to whoever watches them: one LISTEN connection per process, fanned out in memory, one read per change and cart
 * however many watch it. Notifications in a gap of the connection are lost, so every new LISTEN reads all watched carts again.
 */
import type { Sql } from '../database/client.ts';
import type { CartOwner } from './carts.ts';
import type { Logger } from './log.ts';
import type { LoadedView, Views } from './views.ts';

export interface Watcher {
  onView(view: LoadedView): void;
  /** The process is going down: say good-bye. */
  onClose(): void;
}

export interface CartFeed {
  /** Begins to listen; without PostgreSQL it keeps trying. */
  start(): void;
  /** Sends the view now and after each change. Returns the way to stop. */
  watch(owner: CartOwner, watcher: Watcher): () => void;
  watchers(): number;
  /** Ends all streams. Nobody can watch afterwards. */
  close(): void;
}

interface Topic {
  owner: CartOwner;
  /** With what each has seen last. */
  watchers: Map<Watcher, LoadedView | undefined>;
  isReading: boolean;
  isDirty: boolean;
}

/** A change of many products sets off one read of the watched carts, not one for each product. */
const CATALOGUE_PAUSE_MS = 250;

/** The text as well: a row that reconcile has put right keeps its version. */
const isSame = (seen: LoadedView, view: LoadedView): boolean =>
  seen.etag === view.etag && seen.text === view.text;

export interface FeedParts {
  sql: Sql;
  views: Views;
  log: Logger;
}

export function createCartFeed({ sql, views, log }: FeedParts): CartFeed {
  const topics = new Map<string, Topic>();
  let catalogueTimer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function deliver(topic: Topic, view: LoadedView): void {
    for (const [watcher, seen] of topic.watchers) {
      if (seen && isSame(seen, view)) continue;
      topic.watchers.set(watcher, view);
      watcher.onView(view);
    }
  }

  /** At most one read per cart at a time; what changes meanwhile is read once afterwards. */
  async function refresh(topic: Topic): Promise<void> {
    topic.isDirty = true;
    if (topic.isReading) return;
    topic.isReading = true;
    try {
      while (topic.isDirty && topic.watchers.size > 0) {
        topic.isDirty = false;
        deliver(topic, await views.load(topic.owner));
      }
    } catch (error) {
      // The watchers keep what they have; the next change, or the next LISTEN, reads again.
      log.warn({ err: error, owner: topic.owner.ownerHash }, 'a watched cart could not be read');
    } finally {
      topic.isReading = false;
    }
  }

  const refreshAll = (): void => {
    for (const topic of topics.values()) void refresh(topic);
  };

  const onCart = (payload: string): void => {
    const topic = topics.get(payload.slice(0, payload.lastIndexOf(' ')));
    if (topic) void refresh(topic);
  };

  const onCatalogue = (): void => {
    catalogueTimer ??= setTimeout(() => {
      catalogueTimer = undefined;
      refreshAll();
    }, CATALOGUE_PAUSE_MS);
  };

  function listen(channel: string, onMessage: (payload: string) => void, onListen: () => void): void {
    // The driver tries again by itself, also where the first attempt fails.
    sql.listen(channel, onMessage, onListen).catch((error: unknown) => {
      if (!isClosed) log.warn({ err: error, channel }, 'listening failed; trying again');
    });
  }

  return {
    start() {
      listen('cart', onCart, refreshAll);
      listen('catalogue', onCatalogue, () => undefined);
    },
    watch(owner, watcher) {
      const topic = topics.get(owner.workflowId) ?? {
        owner,
        watchers: new Map(),
        isReading: false,
        isDirty: false,
      };
      topics.set(owner.workflowId, topic);
      topic.watchers.set(watcher, undefined);
      if (isClosed) watcher.onClose();
      else void refresh(topic);
      return () => {
        topic.watchers.delete(watcher);
        if (topic.watchers.size === 0) topics.delete(owner.workflowId);
      };
    },
    watchers: () => [...topics.values()].reduce((sum, topic) => sum + topic.watchers.size, 0),
    close() {
      isClosed = true;
      clearTimeout(catalogueTimer);
      for (const topic of topics.values()) {
        for (const watcher of topic.watchers.keys()) watcher.onClose();
      }
    },
  };
}
