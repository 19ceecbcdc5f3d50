import { type Confirmation, ruleConfirmation } from '../detectors/rules.ts';
import type { RuleSettings, Watch } from '../settings/settings.ts';

/** How a watch wants its entities judged: the part of its settings that verdicts depend on. */
export interface JudgePolicy {
  /** IANA name: rules calendars and daily profiles. */
  readonly timezone: string;
  /** Alerts below it are not told. Default: the series detector's own. */
  readonly threshold?: number;
  readonly direction: Watch['direction'];
  readonly floor: { readonly absolute: number; readonly relative: number };
  /** So many of so many rows at or above the threshold before an alert counts. */
  readonly confirm: Confirmation;
  /** The same for rules. */
  readonly confirmRules: Confirmation;
  readonly rules: readonly RuleSettings[];
}

export const defaultPolicy: JudgePolicy = {
  timezone: 'UTC',
  direction: 'both',
  floor: { absolute: 0, relative: 0 },
  // The detector's own gates are its debounce: one before or behind them costs more than it saves.
  confirm: { rows: 1, of: 1 },
  confirmRules: ruleConfirmation,
  rules: [],
};

/** @param model holds the threshold that training found for the watch's alert budget, where it has one. */
export function policyOf(watch: Watch, model?: { readonly threshold?: number | undefined }): JudgePolicy {
  const asked =
    typeof watch.sensitivity === 'object' && 'threshold' in watch.sensitivity
      ? watch.sensitivity.threshold
      : model?.threshold;
  return {
    timezone: watch.timezone,
    ...(asked === undefined ? {} : { threshold: asked }),
    direction: watch.direction,
    floor: watch.floor,
    confirm: watch.confirm ?? defaultPolicy.confirm,
    confirmRules: watch.confirm ?? defaultPolicy.confirmRules,
    rules: watch.rules,
  };
}
