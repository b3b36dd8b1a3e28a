/**
 * Mends results of the driver (postgres 3.4.9): when a statement ends in the middle of its rows (a time limit, a lost connection, a check at
 * commit), its row counter is not set back, and the next result on that connection begins with holes. Nothing says so; a read would look
 * empty. Source: https://github.com/porsager/postgres/issues/1181
 */
import type { Sql } from './client.ts';

interface Settling {
  resolve: (result: unknown) => void;
}

const isSettling = (value: unknown): value is Settling =>
  typeof value === 'object' && value !== null && 'resolve' in value && typeof value.resolve === 'function';

/** Closes the holes in place: a result keeps its count and its columns. */
function closeHoles(result: unknown): unknown {
  if (!Array.isArray(result)) return result;
  // An array of results: several statements in one.
  for (const one of result) if (Array.isArray(one)) closeHoles(one);
  let filled = 0;
  for (let index = 0; index < result.length; index += 1) {
    if (!(index in result)) continue;
    if (filled < index) result[filled] = result[index];
    filled += 1;
  }
  if (filled < result.length) result.length = filled;
  return result;
}

function mended<T>(query: T): T {
  if (!isSettling(query)) return query;
  const settle = query.resolve;
  query.resolve = (result) => settle(closeHoles(result));
  return query;
}

/** The same pool, whose results are whole; `begin` and `reserve` hand out the same. */
export function withWholeResults(sql: Sql): Sql {
  const wrap = (inner: object): object =>
    new Proxy(inner, {
      apply: (target, self, args) => mended(Reflect.apply(target as () => unknown, self, args)),
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === 'unsafe')
          return (...args: unknown[]) => mended((value as (...all: unknown[]) => unknown)(...args));
        if (name === 'reserve') return async () => wrap(await (value as () => Promise<object>)());
        if (name === 'begin') {
          return (...args: unknown[]) => {
            const run = args.pop() as (transaction: object) => unknown;
            return (value as (...all: unknown[]) => unknown)(...args, (transaction: object) =>
              run(wrap(transaction)),
            );
          };
        }
        return value;
      },
    });
  return wrap(sql) as Sql;
}
