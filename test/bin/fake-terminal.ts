import type { Terminal } from '../../bin/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly interrupt: () => void;
}

/** A terminal that remembers what was written. */
export function fakeTerminal(over: Partial<Terminal> = {}): FakeTerminal {
  let stdout = '';
  let stderr = '';
  const interrupted = new AbortController();
  return {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    columns: 100,
    interactive: false,
    colours: false,
    unicode: true,
    processors: 1,
    env: {},
    cwd: process.cwd(),
    signal: interrupted.signal,
    ...over,
    stdout: () => stdout,
    stderr: () => stderr,
    interrupt: () => interrupted.abort(),
  };
}
