import { consoleLog } from '../shared/adapters/local/console-log.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Terminal } from './terminal.ts';

/** With `--debug` all of it as JSON lines on stderr; otherwise only what somebody should know, as a sentence. */
export function humanLog(terminal: Terminal, debug: boolean): Log {
  if (debug) return consoleLog((line) => terminal.err(`${line}\n`));
  const say = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const told = Object.entries(fields)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => `${name} ${String(value)}`);
    terminal.err(`aiops: ${message}${told.length === 0 ? '' : ` (${told.join(', ')})`}\n`);
  };
  return { info: () => undefined, warn: say, error: say };
}
