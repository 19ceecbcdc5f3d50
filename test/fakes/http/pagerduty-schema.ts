import * as z from 'zod';

const links = z.array(z.strictObject({ href: z.url({ protocol: /^https?$/ }), text: z.string().min(1).optional() }));
const images = z.array(
  z.strictObject({
    src: z.url({ protocol: /^https$/ }),
    href: z.url({ protocol: /^https?$/ }).optional(),
    alt: z.string().optional(),
  }),
);

/**
 * What PagerDuty documents of Events API v2, transcribed by hand:
 * https://developer.pagerduty.com/docs/send-alert-event
 */
export const pagerDutyEventSchema = z.strictObject({
  routing_key: z.string().length(32),
  event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
  dedup_key: z.string().min(1).max(255),
  client: z.string().min(1).optional(),
  client_url: z.url({ protocol: /^https?$/ }).optional(),
  payload: z.strictObject({
    summary: z.string().min(1).max(1024),
    source: z.string().min(1),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    timestamp: z.iso.datetime().optional(),
    component: z.string().min(1).optional(),
    group: z.string().min(1).optional(),
    class: z.string().min(1).optional(),
    custom_details: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  }),
  images: images.optional(),
  links: links.optional(),
});

export type ReceivedPagerDutyEvent = z.infer<typeof pagerDutyEventSchema>;

/** Bytes of a whole event. */
export const LARGEST_EVENT = 512 * 1024;
