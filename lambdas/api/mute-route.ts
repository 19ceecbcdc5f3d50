import { muteRequestSchema, openMute } from '../../shared/pipeline/open-mute.ts';
import type { ApiPorts } from './api-ports.ts';
import { bodyText } from './request-body.ts';
import { jsonResponse } from './responses.ts';

/** What API Gateway hands on, payload format 2.0, as far as it is looked at. */
export interface HttpEvent {
  readonly requestContext: object;
}

const MOST_BYTES = 16_384;
/** Who asks is known from the signature, not from what the body claims. */
const body = muteRequestSchema.omit({ by: true });
const example = '{ "for": "30m", "why": "deployment", "watch": "web", "entity": "i-*", "labels": { "team": "shop" } }';

/** `POST /mute`: opens a window in which nobody is told of what it matches. API Gateway has checked the signature. */
export async function openMuteRoute(request: Request, event: HttpEvent, ports: ApiPorts): Promise<Response> {
  const caller = callerOf(event);
  // A route that was deployed without its authoriser must not mute anything.
  if (caller === undefined) return jsonResponse(403, { error: 'not signed → sign the request with SigV4' });
  const text = await bodyText(request, MOST_BYTES);
  if (text === undefined) return jsonResponse(413, { error: `the body exceeds ${MOST_BYTES} bytes → send ${example}` });
  const parsed = body.safeParse(parseJson(text));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 5)
      .map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
    return jsonResponse(400, { error: `${problems.join('; ')} → send ${example}` });
  }
  const mute = await openMute(caller.requestId, { ...parsed.data, by: caller.arn }, ports);
  ports.log.info('muted', { ...mute });
  const { id, from, until, match, why, by } = mute;
  return jsonResponse(201, { id, from: isoTime(from), until: isoTime(until), match, why, by });
}

const isoTime = (seconds: number): string => new Date(Math.floor(seconds) * 1000).toISOString();

/** What is not JSON is told like everything else that is no mute. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The ARN that API Gateway found behind the signature. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function callerOf(event: HttpEvent): { readonly arn: string; readonly requestId: string } | undefined {
  const context = event.requestContext as {
    readonly requestId?: unknown;
    readonly authorizer?: { readonly iam?: { readonly userArn?: unknown } };
  };
  const arn = context.authorizer?.iam?.userArn;
  const { requestId } = context;
  if (typeof arn !== 'string' || arn === '' || typeof requestId !== 'string') return undefined;
  return { arn: arn.slice(0, 255), requestId: requestId.slice(0, 100) };
}
