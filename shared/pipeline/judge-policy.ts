import { seriesDetector } from '../detectors/series-detector.ts';
import { type Confirmation, percentageDefaults, type PercentageFlags, ruleConfirmation } from '../detectors/rules.ts';
import type { CalledNormal } from './called-normal.ts';
import type { RuleSettings, Watch } from '../settings/settings.ts';

/** How a watch wants its entities judged: the part of its settings that verdicts depend on. */
export interface JudgePolicy {
  /** IANA name: rules calendars and daily profiles. */
  readonly timezone: string;
  /** Alerts below it are not told; in the series detector's unit. */
  readonly threshold: number;
  readonly direction: Watch['direction'];
  readonly floor: { readonly absolute: number; readonly relative: number };
  /** So many of so many rows at or above the threshold before an alert counts. */
  readonly confirm: Confirmation;
  /** The same for rules. */
  readonly confirmRules: Confirmation;
  readonly rules: readonly RuleSettings[];
  /** What every percentage is flagged by, and which of these flags people are told of. */
  readonly percentages: PercentageFlags;
  /** Whether a model may join: then what it needs to know of an entity is kept from the first row on. */
  readonly models: boolean;
  /** What people called normal. @default nothing */
  readonly calledNormal?: readonly CalledNormal[];
  /** Whether detectors may learn from what an entity does at a time, epoch seconds. @default always */
  readonly learnsAt?: (entity: string, time: number) => boolean;
}

export const defaultPolicy: JudgePolicy = {
  timezone: 'UTC',
  threshold: seriesDetector.defaults.threshold,
  direction: 'both',
  floor: { absolute: 0, relative: 0 },
  // The detector's own gates are its debounce: one before or behind them costs more than it saves.
  confirm: { rows: 1, of: 1 },
  confirmRules: ruleConfirmation,
  rules: [],
  percentages: percentageDefaults,
  models: false,
};

/**
 * @param model holds the threshold that training found for the watch's alert budget or contamination. It counts only
 * while the settings ask for one: without `sensitivity` the default holds from the next tick on.
 */
export function policyOf(watch: Watch, model?: { readonly threshold?: number | undefined }): JudgePolicy {
  return {
    timezone: watch.timezone,
    threshold: thresholdOf(watch.sensitivity, model?.threshold),
    direction: watch.direction,
    floor: watch.floor,
    confirm: watch.confirm ?? defaultPolicy.confirm,
    confirmRules: watch.confirm ?? defaultPolicy.confirmRules,
    rules: watch.rules,
    percentages: watch.percentages,
    models: watch.forest.detector !== 'off',
  };
}

function thresholdOf(sensitivity: Watch['sensitivity'], trained: number | undefined): number {
  if (sensitivity === undefined) return defaultPolicy.threshold;
  if (typeof sensitivity === 'object' && 'threshold' in sensitivity) return sensitivity.threshold;
  return trained ?? defaultPolicy.threshold;
}
