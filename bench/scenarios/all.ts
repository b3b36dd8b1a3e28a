/** Every scenario, in the order in which they run: what compares comes first, what restarts processes comes last. */
import type { Scenario } from '../scenario.ts';
import { addToCart } from './add-to-cart.ts';
import { checkout } from './checkout.ts';
import { cost } from './cost.ts';
import { crash } from './crash.ts';
import { dueMails } from './due-mails.ts';
import { everydayLoad } from './everyday-load.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { hotCart } from './hot-cart.ts';
import { idleCarts } from './idle-carts.ts';
import { longCart } from './long-cart.ts';
import { manyCarts } from './many-carts.ts';
import { memory } from './memory.ts';
import { merge } from './merge.ts';
import { newCarts } from './new-carts.ts';
import { rateLimits } from './rate-limits.ts';
import { readCart } from './read-cart.ts';
import { walls } from './walls.ts';

export const SCENARIOS: readonly Scenario[] = [
  addToCart,
  manyCarts,
  hotCart,
  newCarts,
  readCart,
  rateLimits,
  longCart,
  merge,
  checkout,
  everydayLoad,
  history,
  memory,
  dueMails,
  idleCarts,
  crash,
  growth,
  cost,
  walls,
];
