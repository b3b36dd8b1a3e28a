/**
 * The OpenFeature provider over settings and file: the file decides, then FEATURE_FLAGS, then the caller's default. Another provider (a
 * vendor's) can stand in for it without a change to any route. Source: https://openfeature.dev/specification/sections/providers
 */
import {
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
  TypeMismatchError,
} from '@openfeature/server-sdk';
import { FEATURES, type Feature, isFeature } from '../../contract/features.ts';
import type { Logger } from '../log.ts';
import { type FlagFile, followFlagFile, type Switches } from './flag-file.ts';

export interface FlagSettings {
  /** FEATURE_FLAGS: fixed while the process runs. */
  fixed: Switches;
  /** FEATURE_FLAGS_FILE: followed while the process runs. */
  path: string | undefined;
  log: Logger;
  lookEveryMs?: number;
}

const onlySwitches = (flag: string): never => {
  throw new TypeMismatchError(`${flag} is on or off; it has no other value`);
};

export class FlagProvider implements Provider {
  readonly metadata = { name: 'cartwright-flags' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #fixed: Switches;
  readonly #file: FlagFile | undefined;

  constructor({ fixed, path, log, lookEveryMs }: FlagSettings) {
    this.#fixed = fixed;
    const every = lookEveryMs === undefined ? {} : { lookEveryMs };
    const flagsChanged = Object.keys(FEATURES);
    const onChange = () => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
    this.#file = path === undefined ? undefined : followFlagFile({ path, log, onChange, ...every });
  }

  async resolveBooleanEvaluation(flag: string, fallback: boolean): Promise<ResolutionDetails<boolean>> {
    const switched = isFeature(flag) ? this.#switched(flag) : undefined;
    return switched ?? { value: fallback, reason: StandardResolutionReasons.DEFAULT };
  }

  async resolveStringEvaluation(flag: string): Promise<ResolutionDetails<string>> {
    return onlySwitches(flag);
  }

  async resolveNumberEvaluation(flag: string): Promise<ResolutionDetails<number>> {
    return onlySwitches(flag);
  }

  async resolveObjectEvaluation<T extends JsonValue>(flag: string): Promise<ResolutionDetails<T>> {
    return onlySwitches(flag);
  }

  async onClose(): Promise<void> {
    this.#file?.close();
  }

  #switched(feature: Feature): ResolutionDetails<boolean> | undefined {
    const fromFile = this.#file?.current()[feature];
    if (fromFile !== undefined) return { value: fromFile, reason: StandardResolutionReasons.CACHED };
    const fixed = this.#fixed[feature];
    return fixed === undefined ? undefined : { value: fixed, reason: StandardResolutionReasons.STATIC };
  }
}
