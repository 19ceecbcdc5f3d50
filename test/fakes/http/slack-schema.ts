import * as z from 'zod';

/**
 * What Slack documents of the blocks we use, transcribed by hand, apart from the product's own numbers:
 * https://docs.slack.dev/reference/block-kit/blocks and …/composition-objects/text-object
 */
const text = (most: number) => z.string().min(1).max(most);

const plainText = (most: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: text(most), emoji: z.boolean().optional() });

/** Mentions that reach people, and links to anything but the web, must not come from names. */
const mrkdwnText = text(3000)
  .refine((given) => !/<!(?:channel|here|everyone|subteam)/.test(given), 'holds a mention of everybody')
  .refine((given) => !/<[@#]/.test(given), 'holds a mention')
  .refine((given) => !/<(?!https?:\/\/[^|<>\s]+\|[^<>]+>)/.test(given), 'holds a bracket that begins no link')
  .refine((given) => !/&(?!amp;|lt;|gt;)/.test(given), 'holds an ampersand that is not escaped');

const mrkdwn = (most: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: mrkdwnText.max(most), verbatim: z.literal(true) });

const blockId = z.string().max(255).optional();
const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150), block_id: blockId }),
  z.strictObject({ type: z.literal('section'), text: mrkdwn(3000), block_id: blockId }),
  z.strictObject({
    type: z.literal('image'),
    image_url: z.url({ protocol: /^https?$/ }).max(3000),
    alt_text: text(2000),
    block_id: blockId,
  }),
  z.strictObject({
    type: z.literal('context'),
    elements: z.array(mrkdwn(2000)).min(1).max(10),
    block_id: blockId,
  }),
]);

/** The body of an incoming webhook: https://docs.slack.dev/reference/methods/chat.postMessage#truncating */
export const slackMessageSchema = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(40_000)
    .refine((given) => !/<[!@#]/.test(given), 'holds a mention'),
  blocks: z.array(block).min(1).max(50).optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
});

export type ReceivedSlackMessage = z.infer<typeof slackMessageSchema>;
