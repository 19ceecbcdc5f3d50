/** Why people are told. */
export const speakReasons = [
  'first-notice',
  'worse',
  'new-series',
  'reminder',
  'flapping',
  'all-resolved',
  /** It began and ended while we could not speak: told once, as a summary, and nobody is paged for it. */
  'began-and-ended',
  /** A channel refused for good what it was told of it: whoever else heard of it is told so. */
  'channel-refused',
  /** Somebody took it up: for channels that know acknowledgement. */
  'acknowledged',
  /** Closed without recovery: the thing is gone, its shard no longer knows it, or a person closed it. */
  'closed',
  /** The day's pages of a watch are spent: itself one page. */
  'page-budget-spent',
] as const;
export type SpeakReason = (typeof speakReasons)[number];

/** Why nobody is told, now. */
export const silenceReasons = [
  'nothing-firing',
  'waiting-to-group',
  'waiting-to-resolve',
  'already-notified',
  'flapping',
  'quiet-window',
  'muted',
  'snoozed',
  'acknowledged',
  'shadow-mode',
  'page-budget-spent',
  'too-old',
  'unknown',
  'joined-storm',
  'below-reminders',
  'closed',
  /** Another router holds the claim. */
  'claimed',
] as const;
export type SilenceReason = (typeof silenceReasons)[number];

/** Silences that people, or their settings, ask for; of all others they want to know what happened meanwhile. */
export const askedSilences = ['quiet-window', 'muted', 'snoozed', 'shadow-mode'] as const satisfies SilenceReason[];
export type AskedSilence = (typeof askedSilences)[number];

export type NoticeReason = { readonly speak: SpeakReason } | { readonly silent: SilenceReason };
