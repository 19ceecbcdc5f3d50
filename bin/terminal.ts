import { availableParallelism } from 'node:os';

/** Everything a command may know of the place where it was started; tests pass one that remembers. */
export interface Terminal {
  /** Results. `--json` writes nothing else here. */
  out(text: string): void;
  /** Progress, warnings, errors. */
  err(text: string): void;
  /** Width in columns; 100 where the output is not a terminal. */
  readonly columns: number;
  /** Whether stderr is a terminal, so that a progress bar makes sense. */
  readonly interactive: boolean;
  readonly colours: boolean;
  /** Whether the terminal can draw more than ASCII. */
  readonly unicode: boolean;
  readonly processors: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C or a termination signal. */
  readonly signal: AbortSignal;
}

const isUtf8 = (env: NodeJS.ProcessEnv): boolean => {
  const locale = env['LC_ALL'] ?? env['LC_CTYPE'] ?? env['LANG'];
  return locale === undefined || locale === '' || /utf-?8/i.test(locale) || process.platform === 'darwin';
};

/** https://no-color.org and https://force-color.org: a variable counts when it is not empty. */
const wantsColours = (env: NodeJS.ProcessEnv): boolean => {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return process.stdout.isTTY && env['TERM'] !== 'dumb';
};

/** The terminal of this process. A reader that goes away (`| head`) ends us in silence. */
export function processTerminal(): Terminal {
  const interrupted = new AbortController();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const interrupt = (): void => {
    // The second Ctrl-C means it: whatever cleans up has had its chance.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    columns: process.stdout.isTTY ? process.stdout.columns : 100,
    interactive: process.stderr.isTTY,
    colours: wantsColours(process.env),
    unicode: isUtf8(process.env),
    processors: availableParallelism(),
    env: process.env,
    cwd: process.cwd(),
    signal: interrupted.signal,
  };
}
