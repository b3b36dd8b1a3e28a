/** Which features are on, asked through OpenFeature at each request. Everything is on unless it was switched off. */
import { OpenFeature, type Provider, ProviderEvents } from '@openfeature/server-sdk';
import { randomUUID } from 'node:crypto';
import type { Feature } from '../../contract/features.ts';

interface Waiter {
  feature: Feature;
  callback: () => void;
}

export interface FeatureFlags {
  isOn(feature: Feature): Promise<boolean>;
  /** Calls back once, as soon as the feature is off; at once where it is off already. Returns the way to stop waiting. */
  onceOff(feature: Feature, callback: () => void): () => void;
  close(): Promise<void>;
}

/** A domain of its own for each: several APIs in one process (tests) do not share switches. */
export function createFeatureFlags(provider: Provider): FeatureFlags {
  const domain = `cartwright-${randomUUID()}`;
  OpenFeature.setProvider(domain, provider);
  const client = OpenFeature.getClient(domain);
  // The SDK answers the default when a provider fails: a broken switchboard leaves the shop open.
  const isOn = (feature: Feature) => client.getBooleanValue(feature, true);
  // One handler for all that wait: the SDK's emitter is not made for one per open stream.
  const waiting = new Set<Waiter>();
  const tell = async (waiter: Waiter): Promise<void> => {
    const on = await isOn(waiter.feature);
    // Not there any more: it has stopped waiting meanwhile.
    if (!on && waiting.delete(waiter)) waiter.callback();
  };
  const look = () => void Promise.all([...waiting].map(tell));
  client.addHandler(ProviderEvents.ConfigurationChanged, look);
  return {
    isOn,
    onceOff(feature, callback) {
      const waiter = { feature, callback };
      waiting.add(waiter);
      void tell(waiter);
      return () => void waiting.delete(waiter);
    },
    async close() {
      client.removeHandler(ProviderEvents.ConfigurationChanged, look);
      await provider.onClose?.();
    },
  };
}
