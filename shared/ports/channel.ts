import type { Digest } from '../alerting/digest.ts';
import type { Notice } from '../alerting/notice.ts';

/**
 * `delivered`: the service said that it has it. `retryable`: it may not have it; try later, not before `afterSeconds`.
 * `rejected`: it will never take it as it is, and `reason` says what to do. `maybe` on a retryable: the service may have
 * taken it, only its answer was lost.
 */
export type Delivery =
  | { readonly outcome: 'delivered'; readonly answer: string }
  | {
      readonly outcome: 'retryable';
      readonly reason: string;
      readonly afterSeconds?: number;
      readonly maybe: boolean;
    }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** Tells people. Never throws for what the other side does; throws only for misuse. Keeps no memory of its own. */
export interface Channel {
  /** `pager`: it gets people out of bed, and is told the end of everything it was told the beginning of. */
  readonly kind: 'slack' | 'pagerduty' | 'webhook' | 'lambda' | 'terminal';
  deliver(notice: Notice): Promise<Delivery>;
  /** Absent on channels that a summary of the week has no business on. */
  deliverDigest?(digest: Digest): Promise<Delivery>;
}
