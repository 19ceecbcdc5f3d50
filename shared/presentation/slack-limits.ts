/** What Slack takes in one message: https://docs.slack.dev/reference/block-kit/blocks (characters, and counts). */
export const slackLimits = {
  blocks: 50,
  header: 150,
  section: 3000,
  contextElements: 10,
  contextText: 2000,
  imageUrl: 3000,
  altText: 2000,
  /** Of all text in a message: what is longer Slack cuts, or refuses. */
  text: 12_000,
} as const;
