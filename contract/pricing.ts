/** How a shop taxes and ships: what a checkout needs besides the catalogue to know its total. Rates are millionths: 107500 is 10.75 %. */

export interface ShippingMethod {
  code: string;
  title: string;
  /** Minor units; taxed like any price of the shop. */
  amount: number;
  /** From goods of this worth on (minor units, discounts taken off) it costs nothing. */
  freeFrom?: number;
  taxClass: string;
}

export interface Pricing {
  /** True: catalogue and shipping prices contain their tax. False: it comes on top. */
  pricesIncludeTax: boolean;
  /** By tax class. */
  taxRates: Readonly<Record<string, number>>;
  /** The first is the one that is meant where none is named. */
  shippingMethods: readonly ShippingMethod[];
}
