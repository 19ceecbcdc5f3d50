import type { Heartbeat } from '../../ports/heartbeat.ts';
import type { Log } from '../../ports/log.ts';
import { safeAddress } from './channel-secret.ts';
import { httpPost } from './http-post.ts';

/** Whoever listens answers at once; the tick is paid by the second, and people wait for the next. */
const HEARTBEAT_TIMEOUT_MS = 5_000;

export interface HttpHeartbeatOptions {
  /** Reads the address; it is a secret, for whoever has it can keep the alarm from being raised. */
  readonly url: () => Promise<string>;
  readonly log: Log;
  readonly timeoutMs?: number;
}

/**
 * An empty POST to an address such as one of healthchecks.io, where an alarm is raised when none came for some time.
 * `{watch}` in it stands for the name of the watch. What fails is logged, without the address, and nothing else.
 */
export class HttpHeartbeat implements Heartbeat {
  readonly #options: HttpHeartbeatOptions;

  constructor(options: HttpHeartbeatOptions) {
    this.#options = options;
  }

  async beat(watch: string): Promise<void> {
    const { log } = this.#options;
    const failure = await this.#failure(watch);
    if (failure !== undefined) log.warn('heartbeat not heard', { watch, reason: failure });
  }

  async #failure(watch: string): Promise<string | undefined> {
    const { url: read, timeoutMs = HEARTBEAT_TIMEOUT_MS } = this.#options;
    let text: string;
    try {
      text = (await read()).trim();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const url = safeAddress(text.replaceAll('{watch}', encodeURIComponent(watch)));
    if (url === undefined) return 'what is stored under heartbeatUrl is no https:// address → store one';
    const answer = await httpPost(url, '', { 'User-Agent': 'aiops-monitoring' }, timeoutMs);
    if ('lost' in answer) return answer.lost;
    return answer.status >= 200 && answer.status < 300 ? undefined : `it answered ${answer.status}`;
  }
}
