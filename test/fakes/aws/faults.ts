/** One call as the fakes saw it. */
export interface Call {
  readonly service: 's3' | 'cloudwatch' | 'eventbridge' | 'sqs' | 'secretsmanager' | 'ssm' | 'lambda';
  readonly operation: string;
  /** S3 key, name of the secret, the parameter or the function; '' for the others. */
  readonly key: string;
  readonly accessKeyId: string;
  /** HTTP status of the answer; 0 where none was given. */
  readonly status: number;
}

/**
 * What goes wrong with a call. `lost-answer` does the work and then breaks the connection; `lost-request` breaks it
 * before; `truncate` breaks it in the middle of the answer; `hang` never answers.
 */
export type Effect =
  | 'lost-answer'
  | 'lost-request'
  | 'truncate'
  | 'hang'
  | { readonly status: number; readonly code: string; readonly message?: string };

export const throttling: Effect = { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' };
export const slowDown: Effect = { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' };
export const conflicting: Effect = {
  status: 409,
  code: 'ConditionalRequestConflict',
  message: 'The conditional request cannot succeed due to a conflicting operation against this resource.',
};

export interface Fault {
  readonly operation: string;
  readonly effect: Effect;
  readonly when?: (call: Omit<Call, 'status'>) => boolean;
  /** Default 1. */
  readonly times?: number;
}

/** Faults that a test injected and that have not happened yet, oldest first. */
export class Faults {
  private pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.pending = [];
  }

  /** The effect on this call, used up by asking. */
  take(call: Omit<Call, 'status'>): Effect | undefined {
    const hit = this.pending.find(
      ({ fault, left }) => left > 0 && fault.operation === call.operation && (fault.when?.(call) ?? true),
    );
    if (hit === undefined) return undefined;
    hit.left -= 1;
    return hit.fault.effect;
  }
}
