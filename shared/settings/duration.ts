import * as z from 'zod';

const durationText = /^\s*(?:\d+(?:\.\d+)?\s*[smhdw]\s*)+$/;
const longestDuration = 20 * 366 * 86_400;
const wrongDuration = 'is not a duration → write a number and a unit, such as 30s, 5m, 6h, 14d or 1h30m';

/** Parses to seconds. */
export const duration = z
  .union([z.number(), z.string().regex(durationText, wrongDuration)], { error: wrongDuration })
  .transform((given, context) => {
    const seconds = typeof given === 'number' ? given : (parseDuration(given) ?? Number.NaN);
    if (seconds > 0 && seconds <= longestDuration) return seconds;
    context.addIssue({
      code: 'custom',
      message: 'must be longer than 0 and at most 20 years → write such as 5m or 14d',
    });
    return z.NEVER;
  });

/** Seconds of `30s`, `5m`, `6h`, `14d`, `1h30m`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const units: ReadonlyMap<string, number> = new Map(Object.entries({ s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }));
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([smhdw])\s*/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim()) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * (units.get(part[2]) ?? Number.NaN), 0);
}
