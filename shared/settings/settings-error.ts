/** One thing that is wrong in a configuration, with what to write instead. */
export interface SettingsProblem {
  /** Such as `watches.web.select[0].metric`; empty for the file as a whole. */
  readonly path: string;
  /** 1-based line in the file, where there is one. */
  readonly line?: number | undefined;
  /** What is wrong, in words. */
  readonly message: string;
  /** The value as it was written, shortened; absent where nothing was written. */
  readonly got?: string | undefined;
  /** What to do about it. */
  readonly remedy?: string | undefined;
}

const listed = 50;

/** A configuration that cannot be used. The message lists everything that is wrong, not only the first. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly origin: string;
  readonly problems: readonly SettingsProblem[];

  constructor(origin: string, problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    const more = problems.length > listed ? [`  … and ${problems.length - listed} more`] : [];
    super(
      [`${origin}: ${count}`, ...problems.slice(0, listed).map((problem) => `  ${sentence(problem)}`), ...more].join(
        '\n',
      ),
    );
    this.origin = origin;
    this.problems = problems;
  }
}

function sentence({ path, line, message, got, remedy }: SettingsProblem): string {
  const place = [line === undefined ? '' : `line ${line}`, path].filter((part) => part !== '').join(', ');
  return `${place === '' ? '' : `${place}: `}${message}${got === undefined ? '' : ` (got ${got})`}${
    remedy === undefined ? '' : ` → ${remedy}`
  }`;
}
