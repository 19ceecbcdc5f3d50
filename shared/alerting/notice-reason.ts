/** Why people are told. */
export type SpeakReason =
  | 'first-notice'
  | 'worse'
  | 'new-series'
  | 'reminder'
  | 'flapping'
  | 'all-resolved'
  /** It began and ended while we could not speak: told once, as a summary, and nobody is paged for it. */
  | 'began-and-ended'
  /** Somebody took it up: for channels that know acknowledgement. */
  | 'acknowledged'
  /** Closed without recovery: the thing is gone, its shard no longer knows it, or a person closed it. */
  | 'closed'
  /** The day's pages of a watch are spent: itself one page. */
  | 'page-budget-spent';

/** Why nobody is told, now. */
export type SilenceReason =
  | 'nothing-firing'
  | 'waiting-to-group'
  | 'waiting-to-resolve'
  | 'already-notified'
  | 'flapping'
  | 'quiet-window'
  | 'muted'
  | 'snoozed'
  | 'acknowledged'
  | 'shadow-mode'
  | 'page-budget-spent'
  | 'too-old'
  | 'unknown'
  | 'joined-storm'
  | 'below-reminders'
  | 'closed'
  /** Another router holds the claim. */
  | 'claimed';

export type NoticeReason = { readonly speak: SpeakReason } | { readonly silent: SilenceReason };
