/** What a command tells the shell; documented in the README. */
export const exitCode = {
  ok: 0,
  /** The world failed: network, disk, a source that does not answer. Trying again may help. */
  fault: 1,
  /** The command, its settings or its input are wrong. Trying again will not help. */
  misuse: 2,
  /** Only with `--fail-on-anomaly`: something is firing. */
  anomalous: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What the user can put right: the message says what is wrong, the value, and what to write instead. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
