/** Features that can be switched off while the API runs. docs/operating/flags.md says what each of them does when it is off. */
export const FEATURES = {
  merge: 'Merging a guest’s cart into the customer’s.',
  respondAsync: 'Answering 202 before the cart has taken the change.',
  liveEvents: 'Pushing the cart as server-sent events.',
  promotions: 'Promotion codes and automatic discounts.',
} as const satisfies Record<string, string>;

export type Feature = keyof typeof FEATURES;

export const isFeature = (name: string): name is Feature => Object.hasOwn(FEATURES, name);
