import type { Log, LogFields } from '../../ports/log.ts';

type Level = 'info' | 'warn' | 'error';

/**
 * One JSON line per message, `{"level": …, "message": …, …fields}`, to whatever `write` is (standard error as a rule,
 * so that standard output stays the answer). Errors among the fields show name, message and cause.
 */
export function consoleLog(write: (line: string) => void): Log {
  const say = (level: Level) => (message: string, fields?: LogFields) => {
    write(lineOf({ level, message, ...fields }));
  };
  return { info: say('info'), warn: say('warn'), error: say('error') };
}

/** A log must never be what fails: fields that refer to themselves are left out. */
function lineOf(entry: LogFields): string {
  try {
    return JSON.stringify(entry, readable);
  } catch (error) {
    const { level, message } = entry;
    return JSON.stringify({ level, message, unwritable: error instanceof Error ? error.message : String(error) });
  }
}

function readable(_name: string, value: unknown): unknown {
  if (value instanceof Error) {
    return { name: value.name, message: value.message, ...(value.cause === undefined ? {} : { cause: value.cause }) };
  }
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
