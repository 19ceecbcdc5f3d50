/** What PagerDuty takes in one event: https://developer.pagerduty.com/docs/events-api-v2-overview */
export const pagerDutyLimits = {
  summary: 1024,
  dedupKey: 255,
  routingKey: 32,
  /** Bytes of the whole request: https://developer.pagerduty.com/docs/events-api-v2-overview#size-limits */
  event: 512 * 1024,
} as const;
