import * as z from 'zod';

const finite = (values: ArrayLike<number>): number => {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  return -1;
};

/** Weights and the like: every number is one. */
export const weightsShape = z
  .instanceof(Float64Array, { error: 'is no Float64Array' })
  .superRefine((values, context) => {
    const bad = finite(values);
    if (bad >= 0) context.addIssue({ code: 'custom', message: `has ${values[bad]} at place ${bad}` });
  });

const residualsShape = z
  .object({
    steps: z.instanceof(Int32Array, { error: 'is no Int32Array' }).refine(rises, { error: 'does not rise from 1' }),
    scale: z.number().nonnegative(),
    values: z.instanceof(Float32Array, { error: 'is no Float32Array' }).superRefine((values, context) => {
      const bad = values.findIndex((value) => Math.abs(value) > 1);
      if (bad >= 0)
        context.addIssue({ code: 'custom', message: `has ${values[bad]} at place ${bad}, beyond its scale` });
    }),
  })
  .superRefine(({ steps, values }, context) => {
    const fits = steps.length === 0 ? values.length === 0 : values.length % steps.length === 0 && values.length > 0;
    if (!fits)
      context.addIssue({
        code: 'custom',
        path: ['values'],
        message: `has ${values.length} numbers, no whole rows of ${steps.length} steps`,
      });
  });

function rises(steps: Int32Array): boolean {
  for (let at = 0; at < steps.length; at++) if (steps[at] < 1 || (at > 0 && steps[at] <= steps[at - 1])) return false;
  return true;
}

/** What every forecaster keeps that measured itself at rolling origins. */
export const measuredShape = z.object({
  stepSeconds: z.number().positive(),
  lowest: z.literal(0).nullable(),
  residuals: residualsShape,
  skill: z.object({ value: z.number().max(1), origins: z.int().positive() }).nullable(),
});

/**
 * Refuses a stored state that is not one of this forecaster.
 *
 * @throws RangeError naming the forecaster, the field, what is wrong with it, and the remedy.
 */
export function checkState(name: string, shape: z.ZodType, state: unknown): void {
  const checked = shape.safeParse(state);
  if (checked.success) return;
  const [{ path, message }] = checked.error.issues;
  const field = path.map(String).join('.');
  throw new RangeError(
    `The state of forecaster '${name}' cannot be used: ${field === '' ? 'it' : field} ${said(message, valueAt(state, path))}. Fit it anew.`,
  );
}

/** Zod's own sentences begin with a capital; ours go on after the field. */
const said = (message: string, value: unknown): string =>
  /^[A-Z]/.test(message) ? `is ${shown(value)} (${message})` : message;

const shown = (value: unknown): string => {
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = String(value);
  return typeof value === 'string' ? `'${text.slice(0, 40)}'` : text.slice(0, 40);
};

function valueAt(state: unknown, path: readonly PropertyKey[]): unknown {
  let value = state;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}
