import type { Heartbeat } from '../shared/ports/heartbeat.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Settings } from '../shared/settings/settings.ts';
import type { Terminal } from './terminal.ts';

/**
 * Who is called after every complete tick of this machine: the address in the environment variable that `heartbeatUrl`
 * names. One that lies in an account is the deployment's, and called by it alone: were this machine to call it, too,
 * nobody would hear of the deployment's end.
 *
 * @returns undefined where nobody is to be called, or only the deployment calls.
 */
export async function openHeartbeat(
  place: Settings['heartbeatUrl'],
  { env }: Pick<Terminal, 'env'>,
  log: Log,
): Promise<Heartbeat | undefined> {
  if (place === undefined || !('variable' in place)) return undefined;
  const { EnvironmentSecrets } = await import('../shared/adapters/local/environment-secrets.ts');
  const { HttpHeartbeat } = await import('../shared/adapters/http/http-heartbeat.ts');
  const secrets = new EnvironmentSecrets(env);
  return new HttpHeartbeat({ url: () => secrets.read(place), log });
}
