export type LogFields = Readonly<Record<string, unknown>>;

/** Structured lines for whoever operates this. The message is constant; what varies goes into the fields. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
