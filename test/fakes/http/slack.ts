import { slackMessageSchema, type ReceivedSlackMessage } from './slack-schema.ts';
import { startStandIn, type StandIn } from './stand-in.ts';

export interface FakeSlack extends StandIn {
  /** The address of its webhook: what a secret would hold. */
  readonly webhook: string;
  /** What it showed, oldest first; what it refused is only among the requests. */
  readonly shown: readonly ReceivedSlackMessage[];
  /** Pictures that it cannot load: a message with one is refused as a whole. */
  refusePictures(): void;
  /** Takes nothing but text, as services do that only resemble Slack. */
  refuseBlocks(): void;
}

/** Slack's incoming webhooks on loop-back: says no to whatever is beyond the documented limits. */
export async function startFakeSlack(): Promise<FakeSlack> {
  const path = '/services/T00000000/B00000000/ofnoconsequence';
  const shown: ReceivedSlackMessage[] = [];
  let pictures = true;
  let blocks = true;
  const server = await startStandIn((request) => {
    if (request.path !== path) return { status: 404, body: 'no_service' };
    if (request.method !== 'POST') return { status: 405, body: 'method_not_allowed' };
    const message = parsed(request.body);
    if (message === undefined) return { status: 400, body: 'invalid_payload' };
    const { data, success } = slackMessageSchema.safeParse(message);
    if (!success) return { status: 400, body: 'invalid_blocks' };
    const hasPicture = data.blocks?.some(({ type }) => type === 'image') === true;
    if ((hasPicture && !pictures) || (data.blocks !== undefined && !blocks))
      return { status: 400, body: 'invalid_blocks' };
    shown.push(data);
    return { status: 200, body: 'ok' };
  });
  return {
    ...server,
    webhook: `${server.url}${path}`,
    shown,
    refusePictures: () => void (pictures = false),
    refuseBlocks: () => void (blocks = false),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
