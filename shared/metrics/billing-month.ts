/** A month as AWS bills it: of the calendar, in UTC. Epoch seconds, `to` ends exclusive. */
export interface BillingMonth {
  /** `2026-11` */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** @param time epoch seconds. */
export function billingMonth(time: number): BillingMonth {
  const at = new Date(time * 1000);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return {
    name: at.toISOString().slice(0, 7),
    from: Date.UTC(year, month) / 1000,
    to: Date.UTC(year, month + 1) / 1000,
  };
}
