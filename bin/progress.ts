import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** A bar on stderr for long work; nothing at all where that is no terminal. */
export function progressBar(terminal: Terminal, title: string, total: number): Progress {
  if (!terminal.interactive) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `${title} {bar} {percentage} % {note}`,
    barCompleteChar: terminal.unicode ? '█' : '#',
    barIncompleteChar: terminal.unicode ? '░' : '.',
    barsize: Math.max(10, Math.min(40, terminal.columns - title.length - 30)),
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
    linewrap: false,
    gracefulExit: false,
  });
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(Math.min(total, done), note === undefined ? {} : { note }),
    stop: () => bar.stop(),
  };
}
